//go:build linux

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/tray/traytest"
)

// alter changes the session record behind the program's back.
func (u *user) alter(sql string) {
	u.T.Helper()
	conn, err := sqlite3.Open(u.State("session.db"))
	if err != nil {
		u.T.Fatal(err)
	}
	defer conn.Close()
	must(u.T, conn.Exec(sql))
}

// review returns what a new session says of the one before; nil if it ended well.
func (u *user) review() *control.Review {
	u.T.Helper()
	p := u.launch("ui", "--start").ready()
	unclean := p.now().Unclean
	p.kill(syscall.SIGTERM)
	return unclean
}

// How a session ended is told with its cause, and kept.
func TestTheCauseOfAnUncleanEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end         func(t *testing.T, u *user, p *program)
		ending      string
		cause, more string // "": no alarm
	}{
		"killed": {func(_ *testing.T, _ *user, p *program) { p.kill(syscall.SIGKILL) },
			"killed", "was killed by somebody or by another program", ""},
		"crashed": {func(_ *testing.T, _ *user, p *program) { p.kill(syscall.SIGABRT) },
			"crashed", "itself crashed", "SIGABRT"},
		"out of memory": {func(t *testing.T, u *user, p *program) {
			group := guardtest.MemoryGroup(t, "100000")
			if group == "" {
				t.Fatal("this user cannot make a control group that limits memory")
			}
			must(t, os.WriteFile(filepath.Join(group, "cgroup.procs"), fmt.Append(nil, p.Process.Pid), 0))
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			for ctx.Err() == nil { // what it needs for an answer is too much
				address, err := u.Address()
				if err != nil {
					break
				}
				if _, err := control.NewClient(address).Status(ctx); err != nil {
					break
				}
			}
			p.End()
			guardtest.NothingLeft(t, u.Mark(), deadline)
		}, "out of memory", "because memory had run out", ""},
		"the computer went down": {func(_ *testing.T, u *user, p *program) {
			p.kill(syscall.SIGKILL)
			if err := os.Remove(u.State("last-words.json")); err != nil { // nobody had time for it
				u.T.Fatal(err)
			}
			u.alter(`UPDATE sessions SET boot_id = 'another'`)
		}, "restarted", "was restarted or lost power", ""},
		"the folder was copied from another computer": {func(_ *testing.T, u *user, p *program) {
			p.kill(syscall.SIGKILL)
			u.alter(`UPDATE sessions SET boot_id = 'another', machine = 'another'`)
		}, "unknown", "", ""},
		"the clock was set back": {func(_ *testing.T, u *user, p *program) {
			p.kill(syscall.SIGTERM)
			u.alter(`UPDATE sessions SET started = '2099-01-01 00:00:00', last_seen = '2099-01-01 01:00:00', ended = '2099-01-01 01:00:00'`)
		}, "clean", "", ""},
		"an upgrade": {func(_ *testing.T, u *user, p *program) {
			p.kill(syscall.SIGTERM)
			u.alter(`UPDATE sessions SET version = 'v0.0.1'`)
		}, "clean", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			p := u.launch("ui").ready()
			ready := time.Now()
			test.end(t, u, p)
			ended := time.Now()
			review := u.review()
			if sessions := u.record(); len(sessions) != 2 || sessions[0].ending != test.ending || sessions[1].ending != "clean" {
				t.Errorf("the record says %+v", sessions)
			}
			switch {
			case test.cause == "" && review != nil:
				t.Errorf("a false alarm: %+v", review)
			case test.cause == "":
				return
			case review == nil:
				t.Fatal("it is not told")
			case !strings.Contains(review.Cause, test.cause) || !strings.Contains(review.Detail, test.more):
				t.Errorf("it is told as %q, %.300q", review.Cause, review.Detail)
			}
			if review.LastSeen.Before(ready.Add(-time.Minute)) || review.LastSeen.After(ended) {
				t.Errorf("last seen at %v, it ended before %v", review.LastSeen, ended)
			}
			if again := u.review(); again != nil {
				t.Errorf("it is told twice: %+v", again)
			}
		})
	}
}

// Log-off and shutdown are clean ends, and the computer waits for them.
func TestTheComputerIsShutDown(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	logind := u.withLogind()
	for _, way := range []struct {
		reason string
		end    func(p *program)
	}{
		{"The computer was shut down", func(*program) { logind.PrepareForShutdown(true) }},
		{"Stopped by a signal", func(p *program) { p.Process.Signal(syscall.SIGTERM) }},
	} {
		p := u.launch("ui").ready()
		logind.WaitInhibited(t)
		way.end(p)
		p.CleanEnd()
		logind.WaitReleased(t)
		if sessions := u.record(); sessions[len(sessions)-1].ending != "clean" || sessions[len(sessions)-1].detail != way.reason {
			t.Errorf("the record says %+v", sessions[len(sessions)-1])
		}
		logind.Again()
	}
	p := u.launch("ui").ready()
	logind.WaitInhibited(t)
	logind.LogOff()
	p.quit()
	u.endedBecause("The user logged off")
	if review := u.review(); review != nil {
		t.Errorf("a false alarm: %+v", review)
	}
}

// A lock on the shutdown is held until everything is stopped, and not for longer than the
// system waits.
func TestAServiceThatDoesNotStopForAShutdown(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	logind := u.withLogind()
	p := u.launchKinds(guardtest.IgnoresTERM)
	p.settled()
	logind.WaitInhibited(t)
	asked := time.Now()
	logind.PrepareForShutdown(true)
	p.CleanEnd()
	logind.WaitReleased(t)
	if took := time.Since(asked); took > 5*time.Second {
		t.Errorf("the shutdown was held up for %v; logind waits 5 s", took)
	}
}

// After two unclean ends, soon after each other, nothing is started unasked.
func TestAfterTwoUncleanEndsItAsks(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	click(t, item, "Services", "Chat", "Stop")
	p.Status("the Chat has stopped", is("chat", manager.Stopped))
	wait(t, patience, "the record to know", func() bool { return strings.Contains(u.record()[0].state, `"by_hand":true`) })
	p.kill(syscall.SIGKILL)
	p = u.launch()
	p.Status("the Dashboard is back", is("dashboard", manager.Ready))
	p.kill(syscall.SIGKILL)

	p = u.launch()
	item = p.Item()
	item.WaitLabel(t.Context(), "Start everything")
	notification := u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return n.Summary == "Nothing was started" })
	if !strings.Contains(notification.Body, "within ten minutes") {
		t.Errorf("the notification says %q", notification.Body)
	}
	status := p.now()
	if !status.Asks || status.Unclean == nil || status.Services[0].State != manager.Stopped || status.Services[1].State != manager.Stopped {
		t.Errorf("it stands at %+v", status)
	}
	click(t, item, "Start everything")
	status = p.Status("the Dashboard is back", is("dashboard", manager.Ready))
	if status.Asks || theChat(status).State != manager.Stopped {
		t.Errorf("it stands at %+v", status)
	}
	p.kill(syscall.SIGTERM)
	p = u.launch()
	status = p.Status("the Dashboard is back", is("dashboard", manager.Ready))
	if status.Asks || theChat(status).State != manager.Stopped || !theChat(status).ByHand {
		t.Errorf("after a clean end it stands at %+v", status)
	}
}

// Killed while it asks, it still knows what the user had stopped.
func TestKilledWhileItAsks(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	p.kill(syscall.SIGKILL)
	u.alter(`UPDATE sessions SET state = json_set(state, '$.stopped', json_array('chat'))`)
	asking := func(s control.Status) bool { return s.Asks }
	p = u.launch("ui", "--start")
	p.Status("the Chat stays stopped", func(s control.Status) bool { return theChat(s).ByHand })
	p.kill(syscall.SIGKILL)
	for range 2 {
		p = u.launch("ui")
		p.Status("it asks", asking)
		p.kill(syscall.SIGKILL)
	}
	p = u.launch("ui", "--start")
	status := p.Status("the Dashboard is back", is("dashboard", manager.Ready))
	if theChat(status).State != manager.Stopped || !theChat(status).ByHand {
		t.Errorf("it stands at %+v", status)
	}
}

// A system's bus that hangs keeps nothing from starting or ending.
func TestTheSystemsBusHangs(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	bus := traytest.StartBus(t)
	bus.Freeze()
	u.System = bus.Address
	p := u.launch("ui").ready()
	asked := time.Now()
	p.quit()
	if took := time.Since(asked); took > 4*time.Second {
		t.Errorf("the end took %v", took)
	}
}
