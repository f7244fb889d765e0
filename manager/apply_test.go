//go:build unix

// The fake guard proves readiness by notify, which Windows does not have.

package manager

import (
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/spec"
)

// command gives a specification the command that newFake does.
func command(s spec.ServiceSpec) spec.ServiceSpec {
	s.Command = []string{s.Name}
	return s
}

func listening(name, address string) spec.ServiceSpec {
	s := plain(name)
	s.Listen = address
	return s
}

func applyIt(t *testing.T, m *Manager, specs ...spec.ServiceSpec) Changes {
	t.Helper()
	for i := range specs {
		specs[i] = command(specs[i])
	}
	changes, err := m.Apply(specs, true)
	if err != nil {
		t.Fatal(err)
	}
	pass(time.Second)
	return changes
}

func wantRequests(t *testing.T, w *world, want ...string) {
	t.Helper()
	if got := w.guard().requests(); !slices.Equal(got, want) {
		t.Errorf("asked for %s,\nwant %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func namesOf(m *Manager) (names []string) {
	for _, s := range m.Snapshot().Services {
		names = append(names, s.Name)
	}
	return names
}

// Only what has changed restarts, what is new starts, what is gone stops and is forgotten.
func TestApplyTouchesOnlyWhatHasChanged(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "same", "changed", "gone")
		changed := plain("changed")
		changed.Env = []string{"LEVEL=2"}
		changes := applyIt(t, m, plain("new"), changed, plain("same"))
		wantRequests(t, w, "start same", "start changed", "start gone", "start new", "stop changed", "stop gone", "start changed")
		if got := namesOf(m); !slices.Equal(got, []string{"new", "changed", "same"}) {
			t.Errorf("there are %q", got)
		}
		for _, name := range namesOf(m) {
			wantState(t, m, name, Ready)
		}
		if !slices.Equal(changes.Added, []string{"new"}) || !slices.Equal(changes.Removed, []string{"gone"}) ||
			!slices.Equal(changes.Changed, []string{"changed"}) || !slices.Equal(changes.Restarted, []string{"changed"}) {
			t.Errorf("it tells of %+v", changes)
		}
		if err := m.Start("gone"); err == nil {
			t.Error("what is gone can be started")
		}
		if phase := m.Snapshot().Phase; phase != PhaseRunning {
			t.Errorf("the whole is %s", phase)
		}
	}, plain("same"), plain("changed"), plain("gone"))
}

// What is only shown differently, or matters only at its end, goes on running.
func TestApplyDoesNotRestartForATitle(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "web")
		next := plain("web")
		next.Title, next.URL, next.Open, next.Optional = "Shop", "http://shop.example", true, true
		next.Restart.Policy, next.StopTimeout = spec.RestartNever, time.Minute
		if changes := applyIt(t, m, next); len(changes.Restarted) > 0 || len(changes.Changed) != 1 {
			t.Errorf("it tells of %+v", changes)
		}
		wantRequests(t, w, "start web")
		if web, _ := m.Snapshot().Service("web"); web.Title != "Shop" || web.URL != "http://shop.example" || !web.Open {
			t.Errorf("it is shown as %+v", web)
		}
		w.guard().crash("web")
		pass(time.Minute)
		wantState(t, m, "web", Failed) // by the new policy
	}, plain("web"))
}

// A mistake changes nothing.
func TestApplyRefusesMistakes(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "web")
		for _, wrong := range [][]spec.ServiceSpec{
			{command(dependent(plain("new"), spec.ConditionReady, "nobody"))},
			{command(plain("new")), command(plain("new"))},
			{plain("new")},
		} {
			if changes, err := m.Apply(wrong, true); err == nil {
				t.Errorf("%+v was taken: %+v", wrong, changes)
			}
		}
		pass(time.Second)
		wantState(t, m, "web", Ready)
		wantRequests(t, w, "start web")
	}, plain("web"))
}

// What depended on a service stops before it, also if it no longer does.
func TestApplyKeepsTheOrderOfWhatRuns(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("top", way{stops: 300 * time.Millisecond})
		startIt(t, m, "top")
		applyIt(t, m, plain("top"))
		wantRequests(t, w, "start base", "start top", "stop top", "start top", "stop base")
		applyIt(t, m, dependent(plain("top"), spec.ConditionReady, "base"), plain("base"))
		wantRequests(t, w, "start base", "start top", "stop top", "start top", "stop base", "start base", "stop top", "start top")
	}, plain("base"), dependent(plain("top"), spec.ConditionReady, "base"))
}

// A port goes from one service to another when the first has let go of it.
func TestApplyHandsPortsOn(t *testing.T) {
	const one, two, three = "127.0.0.1:9001", "127.0.0.1:9002", "127.0.0.1:9003"
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("b", way{stops: 300 * time.Millisecond})
		startIt(t, m, "a", "b", "c")
		specs := []spec.ServiceSpec{command(listening("new", three)), command(listening("a", two)), command(listening("b", one))}
		if _, err := m.Apply(specs, true); err != nil {
			t.Fatal(err)
		}
		pass(200 * time.Millisecond)
		if got := w.guard().running(); !slices.Equal(got, []string{"b", "new"}) {
			t.Errorf("while b still stops %v run", got)
		}
		pass(time.Second)
		got := strings.Join(w.guard().requests()[3:], ", ")
		if want := "stop a, stop b, stop c, start new, start a, start b"; got != want {
			t.Errorf("asked for %s,\nwant %s", got, want)
		}
		for _, name := range []string{"new", "a", "b"} {
			wantState(t, m, name, Ready)
		}
	}, listening("a", one), listening("b", two), listening("c", three))
}

// One that comes back while it still stops runs in the end.
func TestApplyTakesBackWhatStillStops(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("slow", way{stops: 3 * time.Second})
		startIt(t, m, "slow", "other")
		applyIt(t, m, plain("other"))
		wantState(t, m, "slow", Stopping)
		if err := m.Start("slow"); err == nil {
			t.Error("what is leaving can be started")
		}
		applyIt(t, m, plain("other"), plain("slow"))
		pass(5 * time.Second)
		wantState(t, m, "slow", Ready)
		wantRequests(t, w, "start slow", "start other", "stop slow", "start slow")
	}, plain("slow"), plain("other"))
}

// What the user has stopped stays so; what had failed is tried again once it has changed.
func TestApplyAndWhatDoesNotRun(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("broken", way{refuse: "no command"})
		startIt(t, m, "broken", "stopped")
		must(t, m.Stop("stopped"))
		wantState(t, m, "broken", Failed)
		w.set("broken", way{})
		stopped, broken := plain("stopped"), plain("broken")
		stopped.Dir = "/elsewhere"
		applyIt(t, m, stopped, broken)
		wantState(t, m, "broken", Failed) // nothing has changed for it
		broken.Env = []string{"A=b"}
		applyIt(t, m, stopped, broken)
		wantState(t, m, "broken", Ready)
		wantState(t, m, "stopped", Stopped)
		if s, _ := m.Snapshot().Service("stopped"); !s.ByHand {
			t.Error("it is no longer told to be stopped by hand")
		}
		if changes, err := m.Apply([]spec.ServiceSpec{command(stopped), command(broken), command(plain("later"))}, false); err != nil || len(changes.Added) != 1 {
			t.Errorf("%+v, %v", changes, err)
		}
		pass(time.Second)
		wantState(t, m, "later", Stopped)
	}, plain("broken"), plain("stopped"))
}

// A service that was moved to another port stays there, until the file gives it another one.
func TestApplyKeepsWhatWasMoved(t *testing.T) {
	web, friend := listening("web", "127.0.0.1:9000"), plain("friend")
	web.URL = "http://127.0.0.1:9000"
	friend.Env = []string{"WEB=127.0.0.1:9000"}
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "web", "friend")
		must(t, m.Move("web", 9009))
		pass(time.Second)
		next := web
		next.Env = []string{"A=b"}
		applyIt(t, m, next, friend)
		if s, _ := m.Snapshot().Service("web"); s.Address != "127.0.0.1:9009" || s.URL != "http://127.0.0.1:9009" {
			t.Errorf("it is at %s", s.URL)
		}
		next.Listen, next.URL = "127.0.0.1:9010", "http://127.0.0.1:9010"
		friend.Env = []string{"WEB=127.0.0.1:9010"}
		applyIt(t, m, next, friend)
		g := w.guard()
		g.mu.Lock()
		defer g.mu.Unlock()
		if got := g.runs["web"].start.Listen; got != "127.0.0.1:9010" {
			t.Errorf("it listens on %s", got)
		}
		if got := g.runs["friend"].start.Env; !slices.Contains(got, "WEB=127.0.0.1:9010") {
			t.Errorf("its friend has %q", got)
		}
	}, web, friend)
}
