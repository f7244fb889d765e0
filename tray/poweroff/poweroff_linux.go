package poweroff

import (
	"context"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// How systemd's logind is called, and its objects; see org.freedesktop.login1(5).
const (
	logind        = "org.freedesktop.login1"
	managerPath   = dbus.ObjectPath("/org/freedesktop/login1")
	manager       = logind + ".Manager"
	shutdown      = manager + ".PrepareForShutdown"
	removed       = manager + ".SessionRemoved"
	changed       = "org.freedesktop.DBus.Properties.PropertiesChanged"
	session       = logind + ".Session"
	questionTime  = 100 * time.Millisecond
	inhibitedTime = 5 * time.Second // for logind to answer at all
)

// Begin watches logind, if there is one: who has none hears nothing. why is for people who
// ask what holds the shutdown up.
func Begin(ctx context.Context, who, why string) *Watch {
	w := newWatch()
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		return w
	}
	ctx, cancel := context.WithTimeout(ctx, inhibitedTime)
	defer cancel()
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	match := []dbus.MatchOption{dbus.WithMatchSender(logind), dbus.WithMatchInterface(manager), dbus.WithMatchMember("PrepareForShutdown")}
	own := sessionOf(ctx, conn)
	if own != "" { // without these signals only the end of the session is not heard of
		_ = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(logind), dbus.WithMatchInterface(manager), dbus.WithMatchMember("SessionRemoved"))
		_ = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(logind), dbus.WithMatchObjectPath(own), dbus.WithMatchMember("PropertiesChanged"))
	}
	var lock dbus.UnixFD
	err = conn.AddMatchSignalContext(ctx, match...)
	if err == nil {
		err = conn.Object(logind, managerPath).CallWithContext(ctx, manager+".Inhibit", 0, "shutdown", who, why, "delay").Store(&lock)
	}
	if err != nil {
		conn.Close()
		return w
	}
	ended := make(chan struct{})
	over := sync.OnceFunc(func() { close(w.over) })
	go func() {
		defer close(ended)
		going := sync.OnceFunc(func() { w.going <- Shutdown })
		for signal := range signals { // closed with conn
			switch {
			case signal.Name == shutdown && len(signal.Body) == 1 && signal.Body[0] == true:
				going()
			case signal.Name == removed && len(signal.Body) == 2 && signal.Body[1] == own:
				over()
			case signal.Name == changed && signal.Path == own && isClosing(conn):
				over()
			}
		}
	}()
	w.closing = func() bool { return isClosing(conn) }
	w.release = sync.OnceFunc(func() {
		_ = syscall.Close(int(lock)) // the shutdown goes on
		conn.Close()
		<-ended
	})
	return w
}

// sessionOf is the session that this process belongs to; empty: none that logind knows.
func sessionOf(ctx context.Context, conn *dbus.Conn) (path dbus.ObjectPath) {
	object := conn.Object(logind, managerPath)
	call := object.CallWithContext(ctx, manager+".GetSessionByPID", 0, uint32(os.Getpid()))
	if id := os.Getenv("XDG_SESSION_ID"); id != "" {
		call = object.CallWithContext(ctx, manager+".GetSession", 0, id)
	}
	if call.Store(&path) != nil {
		return ""
	}
	return path
}

// isClosing asks for the state of the session that this process belongs to.
func isClosing(conn *dbus.Conn) bool {
	ctx, cancel := context.WithTimeout(context.Background(), questionTime)
	defer cancel()
	path := sessionOf(ctx, conn)
	if path == "" {
		return false
	}
	var state dbus.Variant
	err := conn.Object(logind, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, session, "State").Store(&state)
	return err == nil && state.Value() == "closing"
}
