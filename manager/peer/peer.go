// Package peer tells connections of this user from those of other users of the computer,
// and keeps the latter out of HTTP servers on loopback.
package peer

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

var (
	// ErrOtherUser says that the other end of a connection belongs to another user.
	ErrOtherUser = errors.New("the other end belongs to another user")
	// ErrGone says that nobody holds the other end any more, so whose it was is not known.
	ErrGone = errors.New("the other end is closed already")
)

// Check returns nil if the other end of a connection on this computer belongs to the user
// of this process, ErrOtherUser or ErrGone if not, and any other error if the system does not
// tell. On macOS it tells nobody of a TCP connection, and Check returns nil. One over a socket
// that is a file needs no check: the file has an owner.
func Check(conn net.Conn) error {
	if socket, ok := conn.(*net.UnixConn); ok && (isAbstract(conn.LocalAddr()) || isAbstract(conn.RemoteAddr())) {
		return checkAbstract(socket)
	}
	near, isTCP := conn.LocalAddr().(*net.TCPAddr)
	far, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !isTCP || !ok {
		return nil
	}
	return check(near.AddrPort(), far.AddrPort())
}

// isAbstract reports whether an address is a name and no file. An end without an address has
// the empty name.
func isAbstract(address net.Addr) bool {
	name := address.String()
	return len(name) > 1 && name[0] == '@'
}

// countFor is the time for which refusals are counted before they are reported together.
const countFor = time.Hour

// A Gate answers only connections of this user. Set it up before the server serves:
//
//	server.ConnContext, server.Handler = gate.ConnContext, gate.Protect(handler)
type Gate struct {
	// Check decides on a connection. Default: Check of this package.
	Check func(net.Conn) error
	// Report is told of connections of other users: of the first at once, of those that
	// come within an hour after a report together at its end. It may block. Optional.
	Report func(count int)

	mu     sync.Mutex
	count  int         // since the last report
	timer  *time.Timer // of the hour after a report; nil: none
	closed bool
	wg     sync.WaitGroup // of the reports under way
}

type refusal struct{}

// ConnContext checks a connection once, when it is accepted.
func (g *Gate) ConnContext(ctx context.Context, conn net.Conn) context.Context {
	check := g.Check
	if check == nil {
		check = Check
	}
	err := check(conn)
	if err == nil {
		return ctx
	}
	if !errors.Is(err, ErrGone) { // who has gone reads no answer
		g.refused()
	}
	return context.WithValue(ctx, refusal{}, err)
}

// Protect answers requests on the connections that ConnContext let in by next, those on
// others by refuse.
func (g *Gate) Protect(next http.Handler, refuse func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err, refused := r.Context().Value(refusal{}).(error); refused {
			w.Header().Set("Connection", "close")
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Close reports what was not reported yet, and waits for the reports. Nothing is reported
// after it.
func (g *Gate) Close() {
	g.mu.Lock()
	g.closed = true
	if g.timer != nil {
		g.timer.Stop()
	}
	g.report()
	g.mu.Unlock()
	g.wg.Wait()
}

func (g *Gate) refused() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count++; g.timer == nil && !g.closed {
		g.report()
		g.timer = time.AfterFunc(countFor, g.hourOver)
	}
}

// hourOver begins another hour if there was something to report.
func (g *Gate) hourOver() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer = nil; g.count > 0 && !g.closed {
		g.report()
		g.timer = time.AfterFunc(countFor, g.hourOver)
	}
}

// report reports the count. The caller holds mu.
func (g *Gate) report() {
	count := g.count
	if g.count = 0; count > 0 && g.Report != nil {
		g.wg.Go(func() { g.Report(count) })
	}
}
