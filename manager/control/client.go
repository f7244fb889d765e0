package control

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"agents-tray/manager/control/sse"
	"agents-tray/manager/inspect"
	"agents-tray/manager/logs"
	"agents-tray/manager/peer"
)

// Client talks to a running instance. It is safe for concurrent use.
type Client struct {
	address Address
	http    *http.Client
}

// silence is how long an instance may say nothing to a request, as while it begins, before it
// is taken for one that hangs.
const silence = 15 * time.Second

// NewClient returns a client for the instance at address. It does not connect yet.
func NewClient(address Address) *Client {
	return &Client{address, &http.Client{Transport: &http.Transport{
		DialContext:           func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, address) },
		MaxIdleConns:          2,
		ResponseHeaderTimeout: silence,
	}}}
}

// dial connects to an instance of this user.
func dial(ctx context.Context, address Address) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, address.Network, address.Address)
	if err != nil && address.Name != "" {
		if conn, failed := dial(ctx, byName(address.Name)); failed == nil {
			return conn, nil
		}
	}
	if err == nil && address.Network == "unix" {
		if err = peer.Check(conn); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return conn, err
}

// ErrSilent says that the instance is there and says nothing.
var ErrSilent = errors.New("agents-tray is running, but does not answer. It may have been suspended, as by Ctrl-Z in its terminal: fg there continues it. Else the computer is very busy: try again later, or end the process agents-tray and start it again")

// Refused is an error answer of the instance.
type Refused struct {
	Status  int // HTTP status
	Message string
	Told    string // the same in the user's language; empty: only Message is known
}

func (e *Refused) Error() string { return e.Message }

// do sends one request, with body as JSON unless it is nil; the caller closes the
// answer's body.
func (c *Client) do(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://agents-tray"+path, content)
	if err != nil {
		return nil, err
	}
	if c.address.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.address.Token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() { // ours, or ctx's
			return nil, ErrSilent
		}
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, fmt.Errorf("agents-tray does not answer: %w", err)
	}
	if response.StatusCode >= 400 {
		defer response.Body.Close()
		var body errorBody
		_ = json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&body) // without a body the status is all there is
		return nil, &Refused{response.StatusCode, cmp.Or(body.Error, body.What, response.Status), body.Told}
	}
	return response, nil
}

// exchange sends one request and reads the answer into into.
func (c *Client) exchange(ctx context.Context, method, path string, body, into any) error {
	response, err := c.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return fmt.Errorf("agents-tray's answer to %s: %w", path, err)
	}
	return nil
}

// call sends one request whose answer has no content of interest.
func (c *Client) call(ctx context.Context, method, path string, body any) error {
	response, err := c.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func (c *Client) get(ctx context.Context, path string, into any) error {
	return c.exchange(ctx, http.MethodGet, path, nil, into)
}

func (c *Client) post(ctx context.Context, path string) error {
	return c.call(ctx, http.MethodPost, path, nil)
}

func (c *Client) put(ctx context.Context, path string, body any) error {
	return c.call(ctx, http.MethodPut, path, body)
}

// stream reads a stream of events whose data is a T each, until ctx ends or the connection
// does. It never returns nil.
func stream[T any](ctx context.Context, c *Client, path string, received func(T)) error {
	response, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return sse.Read(response.Body, received)
}

// Status returns the present state.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var status Status
	return status, c.get(ctx, "/v1/status", &status)
}

// Watch calls seen with the present status and then after each change, until ctx
// ends or the connection does. It never returns nil.
func (c *Client) Watch(ctx context.Context, seen func(Status)) error {
	return stream(ctx, c, "/v1/events", seen)
}

// Action is what can be asked of one service.
type Action string

const (
	Start   Action = "start"
	Stop    Action = "stop"
	Restart Action = "restart"
)

// StartAll starts everything but what the user has stopped.
func (c *Client) StartAll(ctx context.Context) error { return c.post(ctx, "/v1/start") }

// Act starts, stops or restarts a service. It returns when the request is taken,
// not when it is carried out.
func (c *Client) Act(ctx context.Context, service string, action Action) error {
	return c.post(ctx, "/v1/services/"+url.PathEscape(service)+"/"+string(action))
}

// Log returns the last lines of a service's output.
func (c *Client) Log(ctx context.Context, service string, lines int) (Log, error) {
	var log Log
	path := "/v1/services/" + url.PathEscape(service) + "/log?lines=" + strconv.Itoa(lines)
	return log, c.get(ctx, path, &log)
}

// Follow calls seen with the last lines of a service's output, in batches; then once
// with none, which tells that these were all; and then with each batch of new ones, in
// order, until ctx ends or the connection does. A slow seen delays nobody else; if lines
// are rotated away unread, one of the stream logs.Missed tells so. It never returns nil.
func (c *Client) Follow(ctx context.Context, service string, lines int, seen func([]logs.Line)) error {
	return stream(ctx, c, "/v1/services/"+url.PathEscape(service)+"/log?follow=1&lines="+strconv.Itoa(lines), seen)
}

// Usage returns what a service uses now.
func (c *Client) Usage(ctx context.Context, service string) (inspect.Usage, error) {
	var usage inspect.Usage
	return usage, c.get(ctx, "/v1/services/"+url.PathEscape(service)+"/usage", &usage)
}

// WatchUsage calls seen with what the services that run use, at once and then every two
// seconds, until ctx ends or the connection does. Each caller
// costs a measurement, so ctx should end when nobody needs it. It never returns nil.
func (c *Client) WatchUsage(ctx context.Context, seen func(Usages)) error {
	return stream(ctx, c, "/v1/usage", seen)
}

// Open opens a service's page, or "review", in the user's browser.
func (c *Client) Open(ctx context.Context, page string, request OpenRequest) (Opening, error) {
	var opening Opening
	path := "/v1/open/" + url.PathEscape(strings.ToLower(page))
	return opening, c.exchange(ctx, http.MethodPost, path, request, &opening)
}

// Review returns how the previous session ended, or a Refused with status 404.
func (c *Client) Review(ctx context.Context) (Review, error) {
	var review Review
	return review, c.get(ctx, "/v1/review", &review)
}

// Reviewed says that the user has seen the review.
func (c *Client) Reviewed(ctx context.Context) error { return c.post(ctx, "/v1/reviewed") }

// Quit stops everything. It returns when the request is taken.
func (c *Client) Quit(ctx context.Context) error { return c.post(ctx, "/v1/quit") }
