package manager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// Between two tries of a probe. A service whose socket the guard holds needs one
// try only: the connection waits until it is served.
const (
	firstRetry = 2 * time.Millisecond
	lastRetry  = 250 * time.Millisecond
)

// awaitReady asks until there is an answer or ctx ends; then with the last error.
func awaitReady(ctx context.Context, ask func(context.Context) error) error {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

func (c Check) empty() bool { return c.HTTP == "" && c.TCP == "" }

// ask asks once. The error says what came instead of the answer that was wanted.
func (c Check) ask(ctx context.Context) error {
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
	response, err := prober.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	switch {
	case c.Status == 0 && response.StatusCode/100 != 2, c.Status != 0 && response.StatusCode != c.Status:
		return fmt.Errorf("it answered %s", response.Status)
	case c.Body == "":
		return nil // the status has answered
	case err != nil:
		return err
	}
	pattern, err := regexp.Compile(c.Body)
	if err == nil && !pattern.Match(body) {
		err = fmt.Errorf("its answer does not match %q", c.Body)
	}
	return err
}

var dialer net.Dialer

// prober makes a connection of its own for each question, so that an answer always
// comes from the process that holds the socket now.
var prober = &http.Client{
	Transport: &http.Transport{
		DialContext:       dialer.DialContext,
		DisableKeepAlives: true,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
