// Package web is what the built-in services share: their HTTP server, its protection, and
// the styles, scripts and templates of their pages.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// LifelineEnvironment is the environment variable that is "stdin" if standard input is a
// pipe from the guard: its end of file means that the guard has ended.
const LifelineEnvironment = "AGENTS_TRAY_LIFELINE"

// stopTimeout is how long open requests may take after a stop.
const stopTimeout = 2 * time.Second

// newConnectionGrace is how long a new connection may take, after a stop, to send its
// request.
const newConnectionGrace = 5 * time.Millisecond

// Run serves handler, protected (see Protect), until SIGTERM, SIGINT, SIGHUP or the end of
// the lifeline, and returns nil once it has stopped. The socket is that of Listen. GET
// /healthz responds with the service's name and process id.
func Run(name, address string, handler http.Handler) error {
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
	listener, err := Listen(address)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "{\"service\":%q,\"pid\":%d}\n", name, os.Getpid())
	})
	mux.Handle("/", handler)
	if err := Serve(ctx, listener, Protect(mux)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Serve answers requests on listener, which it closes, until ctx ends. Then the contexts
// of all open requests end, so that event streams finish, and others have stopTimeout. Its
// error is that of listener.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	var open sync.RWMutex // held by every request that is being answered
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			open.RLock()
			defer open.RUnlock()
			handler.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
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
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Listen returns the socket that the guard handed over as descriptor 3 (the
// LISTEN_FDS convention of sd_listen_fds), or binds address.
func Listen(address string) (net.Listener, error) {
	count, err := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if err != nil || count < 1 {
		return net.Listen("tcp", address)
	}
	file := os.NewFile(3, "listener")
	defer file.Close() // FileListener duplicates it
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("use the socket handed over: %w", err)
	}
	return listener, nil
}
