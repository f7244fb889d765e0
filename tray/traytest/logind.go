//go:build linux

package traytest

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// Logind speaks for systemd's login manager on a bus of the test's own: a real one needs
// to be the system's first process's friend. It knows the session with the id 7.
type Logind struct {
	conn *dbus.Conn
	mu   sync.Mutex
	what string
	lock *os.File      // the program's end of a pipe, until it has a copy of its own
	gone chan struct{} // closed when the program has given its copy back; one for each lock

	outside bool          // see Outside
	state   string        // of the session; empty: it is gone
	asked   chan struct{} // closed when the session is asked about; see WaitAsked
}

const (
	logindName    = "org.freedesktop.login1"
	logindManager = logindName + ".Manager"
	logindSession = logindName + ".Session"
	logindUser    = logindName + ".User"
	logindPath    = dbus.ObjectPath("/org/freedesktop/login1")
	sessionPath   = logindPath + "/session/_37"
	userPath      = logindPath + "/user/self"
	properties    = "org.freedesktop.DBus.Properties"
)

// StartLogind takes the name of logind.
func (b *Bus) StartLogind(t testing.TB) *Logind {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	l := &Logind{conn: conn, state: "active"}
	for path, object := range map[dbus.ObjectPath]any{sessionPath: sessionObject{l}, userPath: userObject{l}} {
		if err := conn.Export(object, path, properties); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Export(manager{l}, logindPath, logindManager); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(logindName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("take the name of logind: %v, %v", reply, err)
	}
	return l
}

// manager is what is called over the bus.
type manager struct{ l *Logind }

func (m manager) Inhibit(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
	ours, theirs, err := os.Pipe()
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	m.l.mu.Lock()
	defer m.l.mu.Unlock()
	gone := make(chan struct{})
	m.l.what, m.l.lock, m.l.gone = what+" "+who+" "+why+" "+mode, theirs, gone
	go func() {
		defer close(gone)
		defer ours.Close()
		_, _ = ours.Read(make([]byte, 1)) // nobody writes: it ends with the last copy of the other end
	}()
	return dbus.UnixFD(theirs.Fd()), nil
}

// noSession is the answer for a session that is not there, or not any more.
func noSession() *dbus.Error {
	return dbus.NewError(logindName+".NoSuchSession", []any{"No such session"})
}

func (m manager) GetSession(id string) (dbus.ObjectPath, *dbus.Error) {
	if id != "7" || m.l.session() == "" {
		return "", noSession()
	}
	return sessionPath, nil
}

func (m manager) GetSessionByPID(uint32) (dbus.ObjectPath, *dbus.Error) {
	m.l.mu.Lock()
	outside := m.l.outside
	m.l.mu.Unlock()
	if outside || m.l.session() == "" {
		return "", noSession()
	}
	return sessionPath, nil
}

func (m manager) GetUser(uint32) (dbus.ObjectPath, *dbus.Error) { return userPath, nil }

// sessionObject is the session, userObject its user.
type (
	sessionObject struct{ l *Logind }
	userObject    struct{ l *Logind }
)

func (s sessionObject) Get(of, name string) (dbus.Variant, *dbus.Error) {
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	if s.l.asked != nil {
		close(s.l.asked)
		s.l.asked = nil
	}
	if s.l.state == "" || of != logindSession || name != "State" {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.UnknownObject", []any{"Unknown object"})
	}
	return dbus.MakeVariant(s.l.state), nil
}

func (u userObject) Get(of, name string) (dbus.Variant, *dbus.Error) {
	if of != logindUser || name != "Display" {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", []any{"Unknown property"})
	}
	display := struct {
		ID   string
		Path dbus.ObjectPath
	}{"7", sessionPath}
	if u.l.session() == "" {
		display.ID, display.Path = "", "/"
	}
	return dbus.MakeVariant(display), nil
}

// Outside says whether processes are in no session, as those that systemd starts for the user.
func (l *Logind) Outside(are bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outside = are
}

func (l *Logind) session() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// WaitAsked returns a call that waits until somebody asks about the session, from now on.
func (l *Logind) WaitAsked(t testing.TB) (wait func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked := make(chan struct{})
	l.asked = asked
	return func() {
		t.Helper()
		select {
		case <-asked:
		case <-time.After(30 * time.Second):
			t.Fatal("nobody asks about the session")
		}
	}
}

// Inhibited returns what it was asked to inhibit.
func (l *Logind) Inhibited() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.what
}

// WaitInhibited waits until it was asked to.
func (l *Logind) WaitInhibited(t testing.TB) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); l.Inhibited() == ""; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody inhibits the shutdown")
		}
	}
}

// Set sets the state of the session without saying so, as while nobody hears of it; "" is that
// it is gone.
func (l *Logind) Set(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
}

// LogOff says that the user logs off.
func (l *Logind) LogOff() {
	l.Set("closing")
	changed := map[string]dbus.Variant{"State": dbus.MakeVariant("closing")}
	_ = l.conn.Emit(sessionPath, properties+".PropertiesChanged", logindSession, changed, []string{}) // the bus is the test's own
}

// Forget says that the session is gone: logind knows it no longer.
func (l *Logind) Forget() {
	l.Set("")
	_ = l.conn.Emit(logindPath, logindManager+".SessionRemoved", "7", sessionPath) // as above
}

// PrepareForShutdown says that the computer is about to go down, or that it is not after all.
func (l *Logind) PrepareForShutdown(soon bool) {
	_ = l.conn.Emit(logindPath, logindManager+".PrepareForShutdown", soon) // the bus is the test's own
}

// Released reports whether the lock was given back. The program must have got it.
func (l *Logind) Released() bool {
	select {
	case <-l.handOver():
		return true
	default:
		return false
	}
}

// handOver leaves the lock to the program.
func (l *Logind) handOver() (gone <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lock.Close() // closed already, perhaps
	return l.gone
}

// Again forgets the lock, to wait for the next program's.
func (l *Logind) Again() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.what = ""
}

// WaitReleased waits until the lock is given back. The program must have got it.
func (l *Logind) WaitReleased(t testing.TB) {
	t.Helper()
	select {
	case <-l.handOver():
	case <-time.After(20 * time.Second):
		t.Fatal("the shutdown is held up")
	}
}
