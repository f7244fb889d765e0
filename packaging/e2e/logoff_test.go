//go:build linux

package e2e

import (
	"net"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"agents-tray/tray/traytest"
)

// display stands for the display of the user's session: it takes connections, and tells of the
// first. away ends it.
func display(t *testing.T) (variable string, asked <-chan struct{}, away func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wayland")
	server, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	first := make(chan struct{})
	go func() {
		if conn, err := server.Accept(); err == nil {
			conn.Close()
			close(first)
		}
	}()
	return "WAYLAND_DISPLAY=" + path, first, func() { server.Close() }
}

// prepare is launch, before the start.
func (u *user) prepare(args ...string) *program {
	return &program{u.Prepare(append(args, "--dashboard-port", strconv.Itoa(u.Dashboard), "--chat-port", strconv.Itoa(u.Chat))...), u}
}

// A session's bus is gone for good once the user has logged off, and logind may not have said so:
// services that ran on had no icon any more, nor had the next login.
func TestTheBusGoesWithTheSession(t *testing.T) {
	for name, ends := range map[string]func(*traytest.Logind){
		"closing": func(l *traytest.Logind) { l.Set("closing") }, "gone": func(l *traytest.Logind) { l.Set("") }, "the display": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t).withDesktop()
			bus := traytest.StartBus(t)
			u.System = bus.Address
			variable, _, away := display(t)
			p := u.prepare()
			p.Env = append(p.Env, variable)
			if ends == nil { // there is no logind
				p.Start()
				p.ready().Item()
				away()
			} else {
				logind := bus.StartLogind(t)
				p.Start()
				p.ready().Item()
				logind.WaitInhibited(t)
				ends(logind)
			}
			u.Bus.Stop()
			p.CleanEnd()
			if sessions := u.record(); sessions[0].detail != "The user logged off" {
				t.Errorf("the record says %+v", sessions[0])
			}
		})
	}
}

// A bus that is restarted, or crashes, is not the end of the session, however long it takes.
func TestTheBusGoesAlone(t *testing.T) {
	for name, withLogind := range map[string]bool{"logind": true, "the display": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t).withDesktop()
			bus := traytest.StartBus(t)
			u.System = bus.Address
			variable, asked, _ := display(t)
			p := u.prepare()
			p.Env = append(p.Env, variable)
			wait := func() { <-asked }
			if withLogind {
				logind := bus.StartLogind(t)
				p.Start()
				p.ready().Item()
				logind.WaitInhibited(t)
				wait = logind.WaitAsked(t)
			} else {
				p.Start()
				p.ready().Item()
			}
			u.Bus.Stop()
			wait()
			u.Bus.Restart()
			u.Panel, u.Notifications = u.Bus.StartHost(t), u.Bus.StartNotifications(t)
			p.Item().WaitLabel(t.Context(), "Running")
			u.Command("quit")
			p.CleanEnd()
			if sessions := u.record(); sessions[0].detail != "Quit by the user" {
				t.Errorf("the record says %+v", sessions[0])
			}
		})
	}
}

// What was started to go on without the user's session does so.
func TestTheBusGoesAndTheProgramIsToStay(t *testing.T) {
	u := newUser(t).withDesktop()
	bus := traytest.StartBus(t)
	u.System = bus.Address
	logind := bus.StartLogind(t)
	p := u.prepare()
	p.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$0" "$@"`}, append([]string{p.Path}, p.Args[1:]...)...) // as nohup does
	p.Path = "/bin/sh"
	p.Start()
	p.ready().Item()
	logind.WaitInhibited(t)
	logind.LogOff()
	u.Bus.Stop()
	u.Bus.Restart()
	u.Panel, u.Notifications = u.Bus.StartHost(t), u.Bus.StartNotifications(t)
	p.Item().WaitLabel(t.Context(), "Running")
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	u.Command("quit")
	p.CleanEnd()
	if sessions := u.record(); sessions[0].detail != "Quit by the user" {
		t.Errorf("the record says %+v", sessions[0])
	}
}
