package poweroff

import (
	"context"
	"sync"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// How systemd's logind is called, and its objects; see org.freedesktop.login1(5).
const (
	logind       = "org.freedesktop.login1"
	managerPath  = dbus.ObjectPath("/org/freedesktop/login1")
	manager      = logind + ".Manager"
	shutdown     = manager + ".PrepareForShutdown"
	removed      = manager + ".SessionRemoved"
	properties   = "org.freedesktop.DBus.Properties"
	changed      = properties + ".PropertiesChanged"
	questionTime = 500 * time.Millisecond // a busy computer needs some of it
	answerTime   = 5 * time.Second        // for logind to answer at all
	endTime      = 200 * time.Millisecond // for which the end waits for the bus
)

// Times between attempts to reach logind again after the system's bus was gone: nothing
// announces a bus.
const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// login is the watch of logind, over one connection after the other.
type login struct {
	who, why string
	going    func() // once
	over     func() // once

	mu       sync.Mutex
	link     *link // the present one, or the last
	released bool
}

// link is one connection to logind.
type link struct {
	conn    *dbus.Conn
	signals chan *dbus.Signal  // closed with conn
	session dbus.ObjectPath    // of this process; empty: none that logind knows
	lock    dbus.UnixFD        // holds the shutdown up
	end     context.CancelFunc // closes conn
}

// Begin watches logind. Without it the Watch never tells anything. who and why are shown to
// people who ask what delays the shutdown.
func Begin(ctx context.Context, who, why string) *Watch {
	w := newWatch()
	l := &login{who: who, why: why}
	l.going = sync.OnceFunc(func() { w.going <- Shutdown })
	l.over = sync.OnceFunc(func() { close(w.over) })
	first, err := l.connect(ctx, "")
	if err != nil {
		w.ended = displayGone
		return w
	}
	l.link = first
	released, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for l.hear(released); l.reconnect(released); l.hear(released) {
		}
	}()
	w.closing = func() bool { return l.present().isOver(questionTime) == over }
	w.ended = func() bool {
		switch l.present().isOver(answerTime) {
		case over:
			return true
		case noSession:
			return displayGone()
		}
		return false
	}
	w.release = sync.OnceFunc(func() {
		stop()
		l.letGo()
		select {
		case <-ended:
		case <-time.After(endTime): // the bus hangs
		}
	})
	return w
}

func (l *login) present() *link {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.link
}

// use makes n the present link, unless the watch has ended.
func (l *login) use(n *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.link
	if l.released {
		old = n
	} else {
		l.link = n
	}
	_ = syscall.Close(int(old.lock)) // the other one holds the shutdown up, or none is to
	old.end()
}

// letGo lets the shutdown go on.
func (l *login) letGo() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.released = true
	_ = syscall.Close(int(l.link.lock))
}

// connect reaches logind, has the shutdown wait, and listens. session is that of this process;
// empty: it is asked for. When ctx ends before, the error is ctx's.
func (l *login) connect(ctx context.Context, session dbus.ObjectPath) (*link, error) {
	whole, end := context.WithCancel(context.Background())
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	late := context.AfterFunc(ctx, end)
	conn, err := dbus.ConnectSystemBus(dbus.WithContext(whole))
	if err != nil {
		end()
		return nil, err
	}
	n := &link{conn: conn, signals: make(chan *dbus.Signal, 8), session: session, end: end}
	conn.Signal(n.signals)
	if session == "" {
		n.session = sessionOf(ctx, conn)
	}
	listen := func(options ...dbus.MatchOption) error {
		return conn.AddMatchSignalContext(ctx, append(options, dbus.WithMatchSender(logind))...)
	}
	if n.session != "" { // without these signals only the end of the session is not heard of
		_ = listen(dbus.WithMatchInterface(manager), dbus.WithMatchMember("SessionRemoved"))
		_ = listen(dbus.WithMatchObjectPath(n.session), dbus.WithMatchMember("PropertiesChanged"))
	}
	err = listen(dbus.WithMatchInterface(manager), dbus.WithMatchMember("PrepareForShutdown"))
	if err == nil {
		err = conn.Object(logind, managerPath).CallWithContext(ctx, manager+".Inhibit", 0, "shutdown", l.who, l.why, "delay").Store(&n.lock)
	}
	if err == nil && !late() {
		err = ctx.Err()
		_ = syscall.Close(int(n.lock))
	}
	if err != nil {
		n.end()
		return nil, err
	}
	return n, nil
}

// hear takes what logind tells until the connection ends, or ctx, which ends that.
func (l *login) hear(ctx context.Context) {
	n := l.present()
	defer context.AfterFunc(ctx, n.end)()
	for signal := range n.signals {
		switch {
		case signal.Name == shutdown && len(signal.Body) == 1 && signal.Body[0] == true:
			l.going()
		case signal.Name == removed && len(signal.Body) == 2 && signal.Body[1] == n.session:
			l.over()
		case signal.Name == changed && signal.Path == n.session && n.isOver(questionTime) == over:
			l.over()
		}
	}
}

// reconnect reaches logind again after the system's bus was gone, and finds out what was not
// heard meanwhile; false says that ctx has ended before.
func (l *login) reconnect(ctx context.Context) bool {
	last := l.present()
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		if next, err := l.connect(ctx, last.session); err == nil {
			l.use(next)
			if next.isOver(answerTime) == over {
				l.over()
			}
			return true
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false
		}
	}
}
