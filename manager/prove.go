package manager

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
)

// prove asks a question once: whether the check is answered, and by this run. An answer at
// another address than the service's own is taken for what it is. A page that was named with
// http:// and speaks HTTPS is asked so, which is noted.
func prove(ctx context.Context, q question) error {
	ours := q.isOurs
	if q.spec.Watched() {
		ours = nil // whoever it is
	}
	err := ask(ctx, q.check, ours)
	if secured := q.check; err != nil && mayExpectTLS(err) {
		secured.HTTP = overHTTPS(q.check.HTTP)
		if ask(ctx, secured, ours) == nil {
			q.https.Store(sameHost(q.check.HTTP, q.spec.URL))
			return nil
		}
	}
	return err
}

// mayExpectTLS reports whether err may be what a server that expects TLS makes of a request
// without: it says so, answers 400 or says nothing and closes the connection.
func mayExpectTLS(err error) bool {
	answer, ok := errors.AsType[*Answer](err)
	return ok && (answer == errSpeaksTLS || strings.HasPrefix(answer.Status, "400")) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, wsaReset)
}

// overHTTPS returns the address of a page with https:// in place of http://.
func overHTTPS(address string) string {
	if rest, ok := strings.CutPrefix(address, "http://"); ok {
		return "https://" + rest
	}
	return address
}

// sameHost reports whether two addresses of pages have the same host and port.
func sameHost(one, other string) bool {
	a, err := url.Parse(one)
	b, fault := url.Parse(other)
	return err == nil && fault == nil && a.Host == b.Host
}

// isOurs reports an error if an answer is known not to come from the run. On a socket that the
// guard handed over only the run can answer, but the kernel takes connections for it: they must
// have been accepted. On a port that the service binds, the holder must be one of its
// processes. A holder that cannot be seen, such as a container engine of the system's, is
// accepted: the port was free before the start.
func (q question) isOurs(ctx context.Context, at netip.AddrPort) error {
	_, own := q.spec.OwnAddress()
	if int(at.Port()) != spec.Port(own) || !at.Addr().IsLoopback() {
		return nil
	}
	if handed, err := netip.ParseAddrPort(q.spec.Listen); spec.HandsOver && err == nil && inspect.Covers(handed, at) {
		if q.check.TCP == "" {
			return nil
		}
		members, err := q.members(ctx)
		if err == nil && members.Waiting > 0 {
			err = &Answer{Kind: AnswerUnaccepted}
		}
		return err
	}
	if inspect.ListensOn(q.pid, at) {
		return nil
	}
	holder := inspect.PortHolder(at)
	if holder.PID == 0 || holder.PID == q.pid {
		return nil
	}
	members, err := q.members(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(members.PIDs, holder.PID) {
		return nil
	}
	return &Answer{Kind: AnswerStranger, Port: int(at.Port()), Holder: &Process{Name: holder.Name, PID: holder.PID}}
}
