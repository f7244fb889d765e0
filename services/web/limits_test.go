package web

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/control/sse"
)

// pipes is a listener whose connections are pipes: they have deadlines, by the clock of the
// test.
type pipes struct {
	dialed chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialed:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects, and sends what it is given.
func (p *pipes) dial(t *testing.T, request string) net.Conn {
	t.Helper()
	client, server := net.Pipe()
	p.dialed <- server
	if _, err := io.WriteString(client, request); err != nil {
		t.Fatal(err)
	}
	return client
}

// Each way to hold a connection without using it ends in its time.
func TestEachConnectionHasItsTime(t *testing.T) {
	const get = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	large := strings.Repeat("x", 1<<20)
	for name, test := range map[string]struct {
		request string
		reads   bool // what the service sends
		limit   time.Duration
	}{
		"nothing is sent":           {"", true, 10 * time.Second},
		"a header without an end":   {get, true, 10 * time.Second},
		"a body that does not come": {"POST /body HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n123", true, 30 * time.Second},
		"nothing more is asked":     {get + "\r\n", true, time.Minute},
		"no answer is taken":        {"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", false, time.Minute},
		"no event is taken":         {"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", false, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mux := http.NewServeMux()
				answered := make(chan struct{}, 1)
				mux.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {})
				mux.HandleFunc("GET /large", func(w http.ResponseWriter, _ *http.Request) {
					_, _ = io.WriteString(w, large)
					answered <- struct{}{}
				})
				mux.HandleFunc("POST /body", func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
				mux.HandleFunc("GET /events", func(w http.ResponseWriter, _ *http.Request) {
					for s := sse.NewStream(w); s.Send("event", large) == nil; {
					}
					answered <- struct{}{}
				})
				p := serving(t, mux)
				began := time.Now()
				client := p.dial(t, test.request)
				if test.reads {
					_, _ = io.Copy(io.Discard, client) // to its end
				} else {
					<-answered
				}
				if took := time.Since(began); took != test.limit {
					t.Errorf("it had %v, not %v", took, test.limit)
				}
				client.Close()
			})
		})
	}
}

// A stream whose events are taken has no end, however rare they are.
func TestAStreamStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /events", Streams()(func(w http.ResponseWriter, r *http.Request) {
			s := sse.NewStream(w)
			for s.Send("event", time.Now()) == nil {
				select {
				case <-time.After(time.Hour):
				case <-r.Context().Done():
					return
				}
			}
		}))
		client := serving(t, mux).dial(t, "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
		defer client.Close()
		lines := bufio.NewScanner(client)
		for events := 0; events < 48; {
			if !lines.Scan() {
				t.Fatalf("it ended after %d events: %v", events, lines.Err())
			}
			if strings.HasPrefix(lines.Text(), "event: ") {
				events++
			}
		}
	})
}

// serving serves until the test ends.
func serving(t *testing.T, handler http.Handler) *pipes {
	t.Helper()
	p := &pipes{make(chan net.Conn), make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, nil, Protect(handler), p) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return p
}
