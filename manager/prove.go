package manager

import (
	"context"
	"errors"
	"io"
	"net"
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
		ours = nil // any program may answer
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
	return ok && (answer == errSpeaksTLS || strings.HasPrefix(answer.Status, "400")) || isClosed(err)
}

// isClosed reports whether the other end has closed the connection.
func isClosed(err error) bool {
	for _, closed := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, wsaReset} {
		if errors.Is(err, closed) {
			return true
		}
	}
	return false
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
// accepted where the run has not the port itself: it was free before the start.
func (q question) isOurs(ctx context.Context, at netip.AddrPort) error {
	_, own := q.spec.OwnAddress()
	if own != "" && int(at.Port()) != spec.Port(own) || !isHere(at.Addr()) {
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
	if holder.PID == q.pid || holder == (inspect.Holder{}) {
		return nil
	}
	members, err := q.members(ctx)
	if err != nil {
		return err
	}
	if mayBeOf(holder, members.PIDs, inspect.Listening(members.PIDs), at.Port()) {
		return nil
	}
	return &Answer{Kind: AnswerStranger, Port: int(at.Port()), Holder: &Process{Name: holder.Name, PID: holder.PID, User: holder.User}}
}

// isHere reports whether an address is one of this computer's.
func isHere(address netip.Addr) bool {
	if address.IsLoopback() {
		return true
	}
	ours, _ := net.InterfaceAddrs() // without them it is taken for another computer's
	return slices.ContainsFunc(ours, func(of net.Addr) bool {
		prefix, err := netip.ParsePrefix(of.String())
		return err == nil && prefix.Addr().Unmap() == address.WithZone("").Unmap()
	})
}

// mayBeOf reports whether the holder of a port may be part of a run, of which these are the
// processes and the addresses that they listen at. One of another user, who alone can see its
// process, may be, unless the run has the port itself, at another address.
func mayBeOf(holder inspect.Holder, run []int, listening []netip.AddrPort, port uint16) bool {
	if holder.PID != 0 {
		return slices.Contains(run, holder.PID)
	}
	return !slices.ContainsFunc(listening, func(at netip.AddrPort) bool { return at.Port() == port })
}
