//go:build linux

package traytest

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// Logind speaks for systemd's login manager on a bus of the test's own: a real one needs
// to be the system's first process's friend. It knows the session with the id 7.
type Logind struct {
	conn *dbus.Conn
	mu   sync.Mutex
	what string
	lock *os.File      // the program's end of a pipe, until it has a copy of its own
	gone chan struct{} // closed when the program has given its copy back; one for each lock

	session *prop.Properties
}

const (
	logindName    = "org.freedesktop.login1"
	logindManager = logindName + ".Manager"
	logindSession = logindName + ".Session"
	logindPath    = dbus.ObjectPath("/org/freedesktop/login1")
	sessionPath   = logindPath + "/session/_37"
)

// StartLogind takes the name of logind.
func (b *Bus) StartLogind(t testing.TB) *Logind {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	l := &Logind{conn: conn}
	if err := conn.Export(manager{l}, logindPath, logindManager); err != nil {
		t.Fatal(err)
	}
	l.session, err = prop.Export(conn, sessionPath, prop.Map{logindSession: {"State": {Value: "active", Emit: prop.EmitTrue}}})
	if err != nil {
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

func (m manager) GetSession(id string) (dbus.ObjectPath, *dbus.Error) {
	if id != "7" {
		return "", dbus.NewError(logindName+".NoSuchSession", []any{"No session '" + id + "' known"})
	}
	return sessionPath, nil
}

func (m manager) GetSessionByPID(uint32) (dbus.ObjectPath, *dbus.Error) { return sessionPath, nil }

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

// LogOff says that the user logs off.
func (l *Logind) LogOff() { l.session.SetMust(logindSession, "State", "closing") }

// Forget says that the session is gone: logind knows it no longer.
func (l *Logind) Forget() {
	_ = l.conn.Emit(logindPath, logindManager+".SessionRemoved", "7", sessionPath) // the bus is the test's own
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
