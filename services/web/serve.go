// Package web is what the built-in services share: their HTTP server, its protection, and
// the styles, scripts and templates of their pages.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/peer"
)

// LifelineEnvironment is the environment variable that is "stdin" if standard input is a
// pipe from the guard: its end of file means that the guard has ended.
const LifelineEnvironment = "AGENTS_TRAY_LIFELINE"

// stopTimeout is how long open requests may take after a stop.
const stopTimeout = 2 * time.Second

// newConnectionGrace is how long a new connection may take, after a stop, to send its
// request.
const newConnectionGrace = 5 * time.Millisecond

// Options of a service.
type Options struct {
	Name   string
	Listen string // its address, where no socket is handed over
	// OtherUsers says that other users of the computer may use it.
	OtherUsers bool
	// Report is told of connections of other users that were refused, see peer.Gate.
	// Optional.
	Report func(count int)
}

// Run serves handler, protected (see Protect), until SIGTERM, SIGINT, SIGHUP or the end of
// the lifeline, and returns nil once it has stopped. The sockets are those of Listen. GET
// /healthz responds with the service's name and process id.
func Run(o Options, handler http.Handler) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// Ignore SIGPIPE: output to a guard that was killed must not end the service.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if os.Getenv(LifelineEnvironment) == "stdin" {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin) // any error means that the guard has ended
			stop()
		}()
	}
	listeners, err := Listen(o.Listen)
	if err != nil {
		return fmt.Errorf("%s: %w", o.Name, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "{\"service\":%q,\"pid\":%d}\n", o.Name, os.Getpid())
	})
	mux.Handle("/", handler)
	gate := &peer.Gate{Report: func(count int) {
		log.Printf("refused connections of other users of this computer: %d", count)
		if o.Report != nil {
			o.Report(count)
		}
	}}
	if o.OtherUsers {
		gate = nil
	}
	if err := serve(ctx, gate, Protect(mux), listeners...); err != nil {
		return fmt.Errorf("%s: %w", o.Name, err)
	}
	return nil
}

// Serve answers requests of this user on listener, which it closes, until ctx ends. Then the
// contexts of all open requests end, so that event streams finish, and others have
// stopTimeout. Its error is that of listener.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	return serve(ctx, new(peer.Gate), handler, listener)
}

// serve is Serve for several listeners, with a gate; nil: for everybody.
func serve(ctx context.Context, gate *peer.Gate, handler http.Handler, listeners ...net.Listener) error {
	var open sync.RWMutex // held by every request that is being answered
	server := control.LimitedServer()
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	if gate != nil {
		defer gate.Close()
		server.ConnContext = gate.ConnContext
		handler = gate.Protect(handler, refuseStranger)
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open.RLock()
		defer open.RUnlock()
		handler.ServeHTTP(w, r)
	})
	failed := make(chan error, len(listeners))
	for _, listener := range listeners {
		go func() { failed <- server.Serve(listener) }()
	}
	select {
	case err := <-failed:
		server.Close()
		return err
	case <-ctx.Done():
	}
	done := make(chan struct{})
	go func() {
		open.Lock()
		close(done)
		open.Unlock()
	}()
	select {
	case <-done:
	case <-time.After(stopTimeout):
	}
	// The remaining connections have no request: browsers open some in advance, for
	// which Shutdown would wait 5 s, and one may have just been made.
	grace, cancel := context.WithTimeout(context.Background(), newConnectionGrace)
	defer cancel()
	if server.Shutdown(grace) != nil {
		server.Close()
	}
	for range listeners {
		if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
	}
	return nil
}

// refuseStranger answers another user of this computer.
func refuseStranger(w http.ResponseWriter, r *http.Request, err error) {
	p := control.Problem{What: "This page is for the user who runs Configurable Agents only."}
	if !errors.Is(err, peer.ErrOtherUser) {
		p.Detail = err.Error()
	}
	Refuse(w, r, http.StatusForbidden, p)
}
