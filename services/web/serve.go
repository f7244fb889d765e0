// Package web is what the built-in services share: how one is served, stopped and
// protected, and the look of their pages.
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

// LifelineEnvironment tells a service, by the value "stdin", that its standard
// input is a pipe held by the guard: its end means that the guard is gone.
const LifelineEnvironment = "AGENTS_TRAY_LIFELINE"

// stopTimeout bounds how long open requests may take to end after a stop.
const stopTimeout = 2 * time.Second

// newConnectionGrace is what a connection that has just been made gets to send a request.
const newConnectionGrace = 5 * time.Millisecond

// Run serves handler, protected, until SIGTERM, SIGINT, SIGHUP or the end of the
// lifeline, and returns nil once it has stopped. The socket is the one handed over
// by the guard; without one, address is bound. GET /healthz answers 200 with the
// service's name.
func Run(name, address string, handler http.Handler) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// Output to a guard that was killed must be an error, not the end of us.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if os.Getenv(LifelineEnvironment) == "stdin" {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin) // whatever ends it, the guard is gone
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

// Serve answers requests on listener until ctx ends. Then the context of every
// open request ends too, so that streams finish by themselves, and the rest get
// two seconds.
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
	// What is left are connections without a request: those that browsers keep for
	// later, for which Shutdown would wait seconds, and, perhaps, one that has just
	// been made.
	grace, cancel := context.WithTimeout(context.Background(), newConnectionGrace)
	defer cancel()
	if server.Shutdown(grace) != nil {
		server.Close() // they had their time
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
	defer file.Close() // FileListener has its own copy
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("use the socket handed over: %w", err)
	}
	return listener, nil
}
