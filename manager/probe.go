package manager

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"agents-tray/manager/spec"
)

// The waits between two tries of a probe, from the first to the longest. A service whose
// socket the guard holds needs one try only: the connection waits until it is served.
const (
	firstRetry = 2 * time.Millisecond
	lastRetry  = 250 * time.Millisecond
)

// awaitReady asks until it succeeds or ctx ends. The error is that of the last try that was
// not just cut off by a timeout.
func awaitReady(ctx context.Context, ask func(context.Context) error) error {
	var last error
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		if timeout, ok := errors.AsType[net.Error](err); last == nil || !ok || !timeout.Timeout() {
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-time.After(wait):
		}
	}
}

// ask asks a check once. The error says what came instead of the answer that was wanted.
func ask(ctx context.Context, c spec.Check) error {
	if c.TCP != "" {
		conn, err := dialer.DialContext(ctx, "tcp", c.TCP)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.HTTP, nil)
	if err != nil {
		return err
	}
	response, err := exchange(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	switch {
	case c.Status == 0 && response.StatusCode/100 != 2, c.Status != 0 && response.StatusCode != c.Status:
		return &Answer{Kind: AnswerStatus, Status: response.Status}
	case c.Body == "":
		return nil // the status has answered
	case err != nil:
		return err
	}
	pattern, err := regexp.Compile(c.Body)
	if err == nil && !pattern.Match(body) {
		err = &Answer{Kind: AnswerBody, Pattern: c.Body}
	}
	return err
}

// dialer makes connections too short-lived to be kept alive.
var dialer = net.Dialer{KeepAlive: -1}

// exchange sends a request on a connection of its own, so that an answer always comes
// from the process that holds the socket now. For plain HTTP that takes no more than
// the connection: the cost of a transport shows when 100 services start at once.
func exchange(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "http" {
		return unwrapped(prober.Do(request))
	}
	port := request.URL.Port()
	if port == "" {
		port = "80"
	}
	conn, err := dialer.DialContext(request.Context(), "tcp", net.JoinHostPort(request.URL.Hostname(), port))
	if err != nil {
		return nil, err
	}
	connected := time.Now()
	stop := context.AfterFunc(request.Context(), func() { conn.SetDeadline(time.Unix(1, 0)) }) // ends what waits
	request.Close = true
	if err = request.Write(conn); err == nil {
		var response *http.Response
		if response, err = http.ReadResponse(bufio.NewReader(conn), request); err == nil {
			response.Body = &exchanged{response.Body, conn, stop}
			return response, nil
		}
	}
	stop()
	conn.Close()
	if request.Context().Err() != nil {
		err = request.Context().Err()
		if time.Since(connected) >= silence {
			err = errSilent
		}
	}
	return nil, err
}

// silence is the wait on an open connection after which no answer is a cause worth telling.
const silence = time.Second

var errSilent = &Answer{Kind: AnswerSilent}

// exchanged is a response body that closes its connection.
type exchanged struct {
	io.ReadCloser
	conn net.Conn
	stop func() bool
}

func (e *exchanged) Close() error {
	e.stop()
	return e.conn.Close()
}

// prober is the client for HTTPS.
var prober = &http.Client{
	Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// unwrapped takes the method and the URL off an error: whoever tells of it names them.
func unwrapped(response *http.Response, err error) (*http.Response, error) {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return response, err
}
