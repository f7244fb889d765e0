//go:build linux

package e2e

import (
	"net"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

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

// ignoreHangUp has the program start as nohup starts it.
func (p *program) ignoreHangUp() {
	p.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$0" "$@"`, p.Path}, p.Args[1:]...)
	p.Path = "/bin/sh"
}

// A session's bus is gone for good once the user has logged off, and logind may not have said so:
// services that ran on had no icon any more, nor had the next login.
func TestTheBusGoesWithTheSession(t *testing.T) {
	t.Parallel()
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
			u.endedBecause("The user logged off")
		})
	}
}

// A bus that is restarted, or crashes, is not the end of the session, however long it takes.
func TestTheBusGoesAlone(t *testing.T) {
	t.Parallel()
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
			u.endedBecause("Quit by the user")
		})
	}
}

// What was started to go on without the user's session does so.
func TestTheBusGoesAndTheProgramIsToStay(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	logind := u.withLogind()
	p := u.prepare()
	p.ignoreHangUp()
	p.Start()
	p.ready().Item()
	logind.WaitInhibited(t)
	logind.LogOff()
	u.Bus.Stop()
	u.Bus.Restart()
	u.Panel, u.Notifications = u.Bus.StartHost(t), u.Bus.StartNotifications(t)
	p.Item().WaitLabel(t.Context(), "Running")
	must(t, p.Process.Signal(syscall.SIGHUP))
	u.Command("quit")
	p.CleanEnd()
	u.endedBecause("Quit by the user")
}

// A second launch from the next session has the icon there, once the first session is gone: from
// the first program if that goes on, else from its own.
func TestTheNextSessionTakesTheIconOver(t *testing.T) {
	t.Parallel()
	for name, stays := range map[string]bool{"the program stays": true, "the program ends": false} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t).withDesktop()
			logind := u.withLogind()
			first := u.prepare()
			if stays {
				first.ignoreHangUp()
			}
			first.Start()
			icon := first.ready().Item()
			logind.WaitInhibited(t)
			before := u.Bus
			u.Bus = traytest.StartBus(t)
			u.Panel, u.Notifications = u.Bus.StartHost(t), u.Bus.StartNotifications(t)
			next := func() *program {
				p := u.prepare()
				p.Env = append(p.Env, "DISPLAY=:78")
				p.Start()
				return p
			}
			if next().End() != 0 {
				t.Error("the second launch failed")
			}
			u.Browser.Wait(t.Context())
			icon.WaitLabel(t.Context(), "Running") // it stays where its session is
			logind.Set("closing")
			before.Stop()
			second := next()
			has := first
			if !stays {
				first.End()
				has = second
			}
			item := has.Item()
			item.WaitLabel(t.Context(), "Running")
			if stays {
				second.End()
				u.Browser.Wait(t.Context())
			}
			time.Sleep(doubleClick)
			click(t, item, "Open Dashboard")
			u.Browser.Wait(t.Context())
			if displays := u.Browser.Displays(); displays[len(displays)-1] != ":78" {
				t.Errorf("the browser was started on %q", displays)
			}
			u.Command("quit")
			has.CleanEnd()
		})
	}
}
