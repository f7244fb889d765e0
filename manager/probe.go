package manager

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	"agents-tray/manager/logs"
	"agents-tray/manager/spec"
)

// The waits between two tries of a readiness probe, from the first to the longest. A service
// whose socket the guard holds needs one try only: the connection waits until it is served.
const (
	firstRetry = 2 * time.Millisecond
	lastRetry  = 250 * time.Millisecond
	soonRetry  = 50 * time.Millisecond // the least of the longest waits; see longestWait
)

// The limits of one try. It may take as long as was waited already: a page may be slow when it
// is asked for the first time, but a connection that hangs must not hold up the others.
const (
	leastTry = 2 * time.Second
	mostTry  = 30 * time.Second
)

// awaitReady asks until it succeeds or ctx ends. last gets the error of the latest try that
// was not just cut off.
func awaitReady(ctx context.Context, last *lastAnswer, ask func(context.Context) error) error {
	began := time.Now()
	for wait := firstRetry; ; wait = min(2*wait, longestWait(time.Since(began))) {
		try, cancel := context.WithTimeout(ctx, min(max(time.Since(began), leastTry), mostTry))
		err := ask(try)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if timeout, ok := errors.AsType[net.Error](err); last.get() == nil || !ok || !timeout.Timeout() {
			last.set(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// longestWait is the longest wait between two tries after so long: that a service answers is
// noticed within an eighth of what it has taken, so that a run is not thought shorter than it was.
func longestWait(waited time.Duration) time.Duration {
	return min(max(waited/8, soonRetry), lastRetry)
}

// ask asks a check once, at every address that a browser on this computer may take for the
// one that it names: "localhost" is 127.0.0.1 and ::1. It succeeds if one of them answers and
// no other answers wrongly; ours, if it is not nil, says of an answer whether it counts.
func ask(ctx context.Context, c spec.Check, ours func(context.Context, netip.AddrPort) error) error {
	t, err := targetOf(c)
	if err != nil {
		return err
	}
	addresses, err := addressesOf(ctx, t.host)
	if err != nil {
		return err
	}
	answered, nobody := false, error(nil)
	for _, address := range addresses {
		at := netip.AddrPortFrom(address, t.port)
		err := t.askAt(ctx, at)
		if err == nil && ours != nil {
			err = ours(ctx, at)
		}
		switch {
		case err == nil && !address.IsLoopback():
			return nil // addresses of another computer stand for each other
		case err == nil:
			answered = true
		case nobody == nil && nobodyThere(err), !address.IsLoopback():
			nobody = err
		case !nobodyThere(err):
			return err
		}
	}
	if answered {
		return nil
	}
	return nobody
}

// nobodyThere reports whether nobody can listen at an address, or nobody does.
func nobodyThere(err error) bool {
	for _, errno := range []syscall.Errno{syscall.ECONNREFUSED, wsaRefused, syscall.EADDRNOTAVAIL, syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.EAFNOSUPPORT} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// addressesOf returns the addresses that a name may stand for.
func addressesOf(ctx context.Context, host string) ([]netip.Addr, error) {
	switch address, err := netip.ParseAddr(host); {
	case err == nil && address == netip.IPv4Unspecified():
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, nil // as the system connects
	case err == nil && address == netip.IPv6Unspecified():
		return []netip.Addr{netip.IPv6Loopback()}, nil
	case err == nil:
		return []netip.Addr{address}, nil
	}
	if spec.IsLocalhost(host) {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for i := range found {
		found[i] = found[i].Unmap()
	}
	return found, err
}

// A target is where and how a check is asked.
type target struct {
	spec.Check
	url  *url.URL // nil for TCP
	host string
	port uint16
}

func targetOf(c spec.Check) (target, error) {
	t := target{Check: c}
	address := c.TCP
	if address == "" {
		var err error
		if t.url, err = url.Parse(c.HTTP); err != nil {
			return t, err
		}
		port := t.url.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[t.url.Scheme]
		}
		address = net.JoinHostPort(t.url.Hostname(), port)
	}
	t.host, _, _ = net.SplitHostPort(address) // without a valid one the port is 0
	t.port = uint16(spec.Port(address))
	return t, nil
}

// dialer makes connections too short-lived to be kept alive.
var dialer = net.Dialer{KeepAlive: -1}

// askAt asks once at an address. The error says what came instead of the answer that was
// wanted. Each time there is a connection of its own, so that an answer always comes from the
// process that holds the socket now.
func (t target) askAt(ctx context.Context, at netip.AddrPort) error {
	conn, err := dialer.DialContext(ctx, "tcp", at.String())
	if err != nil || t.url == nil {
		if err == nil {
			err = conn.Close()
		}
		return err
	}
	connected := time.Now()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) }) // ends what waits
	began, err := t.converse(ctx, conn, at.Addr().IsLoopback())
	if stop() {
		closeLast(conn)
	} else {
		conn.Close()
	}
	if _, ours := errors.AsType[*Answer](err); err != nil && !ours && ctx.Err() != nil {
		err = ctx.Err()
		switch {
		case began:
			err = errUnfinished
		case time.Since(connected) >= silence:
			err = errSilent
		}
	}
	return err
}

// converse asks for the page on a connection, and reports whether anything was answered. A
// certificate counts for nothing on this computer, where programs make their own.
func (t target) converse(ctx context.Context, conn net.Conn, local bool) (began bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.HTTP, nil)
	if err != nil {
		return false, err
	}
	request.Close = true
	if user := t.url.User; user != nil {
		password, _ := user.Password()
		request.SetBasicAuth(user.Username(), password)
	}
	if t.url.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: t.host, InsecureSkipVerify: local, NextProtos: []string{"http/1.1"}})
	}
	if err := request.Write(conn); err != nil {
		return false, err
	}
	reader := bufio.NewReader(conn)
	first, err := reader.Peek(1)
	switch {
	case err != nil:
		return false, err
	case first[0] == tlsAlert && t.url.Scheme == "http":
		return true, errSpeaksTLS
	}
	return true, t.judge(reader, request)
}

// shownStart is how much is told of an answer that is not HTTP, in bytes.
const shownStart = 40

// judge reads the answer to a request, and returns an error if it is not the one that is wanted.
func (t target) judge(reader *bufio.Reader, request *http.Request) error {
	first, _ := reader.Peek(min(reader.Buffered(), shownStart)) // it is there
	start := string(first)
	response, err := finalResponse(reader, request)
	switch {
	case err != nil && !strings.HasPrefix(start, "HTTP/") && !isTransport(err):
		line, _, _ := strings.Cut(strings.TrimSpace(start), "\n")
		return &Answer{Kind: AnswerNotHTTP, Detail: logs.PlainLine([]byte(line))}
	case err != nil:
		return err
	case !t.accepts(response.StatusCode):
		return &Answer{Kind: AnswerStatus, Status: logs.PlainLine([]byte(response.Status))}
	case t.Body == "":
		return nil // the status has answered
	}
	pattern, err := regexp.Compile(t.Body)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(plainBody(response), 64<<10))
	switch {
	case pattern.Match(body):
		return nil
	case err != nil:
		return err
	}
	return &Answer{Kind: AnswerBody, Pattern: shownPattern(t.Body)}
}

// isTransport reports whether an error is of the connection, and not of what came on it.
func isTransport(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet || isClosed(err)
}

// finalResponse reads the answer, and before it those that only announce it, such as 103 Early
// Hints.
func finalResponse(reader *bufio.Reader, request *http.Request) (*http.Response, error) {
	for {
		response, err := http.ReadResponse(reader, request)
		if err != nil || response.StatusCode/100 != 1 || response.StatusCode == http.StatusSwitchingProtocols {
			return response, err
		}
	}
}

// plainBody is the body of an answer without the compression that some servers apply unasked.
func plainBody(response *http.Response) io.Reader {
	if strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip") {
		if plain, err := gzip.NewReader(response.Body); err == nil {
			return plain
		}
	}
	return response.Body
}

// accepts reports whether a status is an answer. A page that leads elsewhere, or asks who is
// there, is one.
func (t target) accepts(status int) bool {
	if t.Status != 0 {
		return status == t.Status
	}
	return status/100 == 2 || status/100 == 3 || status == http.StatusUnauthorized || status == http.StatusForbidden
}

// silence is the wait on an open connection after which no answer is a cause worth telling.
const silence = time.Second

var (
	errSilent     = &Answer{Kind: AnswerSilent}
	errUnfinished = &Answer{Kind: AnswerUnfinished}
	errSpeaksTLS  = &Answer{Kind: AnswerHTTPS}
)

// tlsAlert is the first byte of what a server says that expects TLS and gets something else.
const tlsAlert = 0x15

// drainTime and drainSize bound what is still read of an answer that has told enough.
const (
	drainTime = 50 * time.Millisecond
	drainSize = 256 << 10
)

// closeLast closes a connection so that no TIME_WAIT stays on the server's port, where it would
// keep a server that does not set SO_REUSEADDR from starting again for a minute. TIME_WAIT is
// for the side that closes first. So if the server has done that, the connection is reset, of
// which the server learns nothing, having closed it; else this side closes first.
func closeLast(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(drainTime))
	_, err := io.CopyN(io.Discard, conn, drainSize)
	if tcp, ok := conn.(*net.TCPConn); ok && err == io.EOF {
		_ = tcp.SetLinger(0)
	}
}
