//go:build linux

package e2e

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
)

// A killing is a row of the table: what is killed, and what then becomes of a service of
// each kind. What a row does not name as left is gone at the deadline, with all that it
// ever started.
type killing struct {
	frozen  bool     // everything is stopped by SIGSTOP first
	victims []string // the roles that are hit, all at once
	signal  syscall.Signal
	left    []string // kinds of which a descendant is left until the next start
	again   []string // roles that are there again, as other processes, without a next start
	told    []string // what the record tells of a service then; nil: nothing new
	ending  string   // what it tells of the session after the next start
}

// killings are the rows; kinds are the columns. The kind that exits at once has been
// given up before the kill and stays so, until the next start tries it again.
//
// The kernel resumes what is stopped: a guard whose tray ends and a cleanup helper whose guard
// ends are orphaned process groups, which get SIGHUP and SIGCONT. It kills services with
// their guard, stopped or not. Only when the cleanup helper is killed with tray and guard has
// nobody the task to end what is no child of the guard; the next start does.
var killings = map[string]killing{
	"service": {
		victims: []string{"service"}, signal: syscall.SIGKILL, again: []string{"service", "descendant"},
		told: []string{"exited", "restarting", "started", "ready"}, ending: "clean",
	},
	"guard": {
		victims: []string{"guard"}, signal: syscall.SIGKILL, again: []string{"guard", "cleanup helper", "service", "descendant"},
		told: []string{"started", "ready"}, ending: "clean",
	},
	"guard, asked to end": {
		victims: []string{"guard"}, signal: syscall.SIGTERM, again: []string{"guard", "cleanup helper", "service", "descendant"},
		told: []string{"exited", "started", "ready"}, ending: "clean", // no restart: no service is to blame
	},
	"tray":                   {victims: []string{"tray"}, signal: syscall.SIGKILL, ending: "killed"},
	"tray and guard":         {victims: []string{"tray", "guard"}, signal: syscall.SIGKILL, ending: "killed"},
	"tray, frozen":           {frozen: true, victims: []string{"tray"}, signal: syscall.SIGKILL, ending: "killed"},
	"tray and guard, frozen": {frozen: true, victims: []string{"tray", "guard"}, signal: syscall.SIGKILL, ending: "killed"},
	"tray, guard and cleanup helper": {
		victims: []string{"tray", "guard", "cleanup helper"}, signal: syscall.SIGKILL,
		left: []string{guardtest.Forks, guardtest.Escapes, guardtest.HoldsPort}, ending: "killed",
	},
}

func TestKills(t *testing.T) {
	t.Parallel()
	for name, row := range killings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t)
			p := u.launchKinds(kinds...)
			p.settled()
			before := u.Processes()
			if row.frozen {
				freeze(t, before)
			}
			for _, p := range before {
				if slices.Contains(row.victims, p.Role) {
					p.Kill(row.signal)
				}
			}
			if slices.Contains(row.victims, "tray") {
				u.isLeftBy(p, row)
				u.startsAfter(row, before)
			} else {
				p.goesOn(row, before)
			}
		})
	}
}

// freeze stops all and returns once they have stopped.
func freeze(t *testing.T, all []process) {
	t.Helper()
	for _, p := range all {
		p.Kill(syscall.SIGSTOP)
	}
	for _, p := range all {
		wait(t, time.Second, p.String()+" to be stopped", func() bool { return p.State() == "T" })
	}
}

// goesOn asserts that the program mends itself after a kill, and ends cleanly.
func (p *program) goesOn(row killing, before []process) {
	t := p.u.T
	t.Helper()
	replaced := slices.DeleteFunc(slices.Clone(before), func(p process) bool { return !slices.Contains(row.again, p.Role) })
	status := p.settled(replaced...)
	for _, old := range replaced {
		wait(t, time.Second, old.String()+" to end", old.Ended)
	}
	fresh := p.u.Processes()
	for _, old := range replaced {
		if !slices.ContainsFunc(fresh, func(p process) bool { return p.Role == old.Role && p.Service() == old.Service() }) {
			t.Errorf("nothing is there again in place of %v", old)
		}
	}
	gaveUpWithItsLastWords(t, status)
	p.quit()
	p.u.recorded(row.ending)
	for _, session := range p.u.record() {
		if lost := slices.Contains(session.told(""), "guard lost"); lost != slices.Contains(row.victims, "guard") {
			t.Errorf("of the guard the record tells %q", session.told(""))
		}
		for _, kind := range kinds {
			want := slices.Concat(row.told, []string{"exited", "stopped"})
			if kind == guardtest.ExitsAtOnce {
				want = []string{"started", "ready", "exited", "gave up"}
			}
			if told := session.told(kind); !endsWith(told, want) {
				t.Errorf("of %s the record tells %q, wanted %q", kind, told, want)
			}
		}
	}
}

// isLeftBy asserts what is there at the deadline after the tray was killed.
func (u *user) isLeftBy(p *program, row killing) {
	u.T.Helper()
	p.End()
	var left []string
	wait(u.T, deadline, "everything but what the row names to end", func() bool {
		left = nil
		for _, p := range u.Processes() {
			left = append(left, p.Service())
		}
		slices.Sort(left)
		return slices.Equal(left, slices.Sorted(slices.Values(row.left)))
	})
	if u.T.Failed() {
		u.T.Errorf("left: %q", left)
	}
	if !slices.Contains(row.victims, "guard") {
		u.NoSocket()
	}
}

// startsAfter starts the program after a kill: it tells of it, all runs again, nothing
// of before does, and a clean end is one.
func (u *user) startsAfter(row killing, before []process) {
	t := u.T
	t.Helper()
	p := u.launchKinds(kinds...)
	status := p.settled()
	for _, old := range before {
		if !old.Ended() {
			t.Errorf("%v is still there", old)
		}
	}
	if status.Unclean == nil || !strings.Contains(status.Unclean.Cause, "killed") {
		t.Errorf("of the end before it tells %+v", status.Unclean)
	} else if len(status.Unclean.Services) != len(kinds) {
		t.Errorf("of the end before it knows the services %+v", status.Unclean.Services)
	}
	gaveUpWithItsLastWords(t, status)
	p.quitNow()
	u.recorded(row.ending, "clean")
}

// quitNow ends it as a user does who does not wait.
func (p *program) quitNow() {
	p.u.T.Helper()
	_ = p.Process.Signal(syscall.SIGTERM) // ended already: then cleanEnd tells
	wait(p.u.T, patience, "it to stop", func() bool { return strings.Contains(p.Out.String(), "Stopping…") })
	_ = p.Process.Signal(syscall.SIGTERM) // ended already: so it had nothing to wait for
	p.CleanEnd()
}

// recorded asserts how the sessions in the record ended.
func (u *user) recorded(endings ...string) {
	u.T.Helper()
	var got []string
	for _, session := range u.record() {
		got = append(got, session.ending)
	}
	if !slices.Equal(got, endings) {
		u.T.Errorf("the sessions ended %q, wanted %q", got, endings)
	}
}

// gaveUpWithItsLastWords is about the kind that exits at once.
func gaveUpWithItsLastWords(t testing.TB, status control.Status) {
	t.Helper()
	service, _ := status.Service(guardtest.ExitsAtOnce)
	if p := service.Problem; p == nil || p.Kind != manager.CrashLoop || !slices.Contains(p.Lines, "the last words") {
		t.Errorf("of %s it says %+v", service.Name, p)
	}
}

func endsWith(list, end []string) bool {
	return len(list) >= len(end) && slices.Equal(list[len(list)-len(end):], end)
}
