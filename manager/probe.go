package manager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Between two tries of a probe. A service whose socket the guard holds needs one
// try only: the connection waits until it is served.
const (
	firstRetry = 2 * time.Millisecond
	lastRetry  = 250 * time.Millisecond
)

// awaitReady asks until the service answers or ctx ends; then with the last error.
func awaitReady(ctx context.Context, url string, probe func(context.Context, string) error) error {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := probe(ctx, url)
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

// prober makes a connection of its own for each question, so that an answer always
// comes from the process that holds the socket now.
var prober = &http.Client{
	Transport: &http.Transport{
		DialContext:       (&net.Dialer{}).DialContext,
		DisableKeepAlives: true,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// probeHTTP succeeds if a GET is answered with status 200.
func probeHTTP(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
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
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // the status has answered
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answered %s", response.Status)
	}
	return nil
}
