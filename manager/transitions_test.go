//go:build unix

// The fake guard proves readiness by notify, which Windows does not have.

package manager

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

func plain(name string) spec.ServiceSpec { return spec.ServiceSpec{Name: name} }

func notifying(name string) spec.ServiceSpec {
	return spec.ServiceSpec{Name: name, Ready: spec.Ready{Notify: true}}
}

func dependent(s spec.ServiceSpec, condition spec.Condition, on ...string) spec.ServiceSpec {
	s.DependsOn = map[string]spec.Condition{}
	for _, name := range on {
		s.DependsOn[name] = condition
	}
	return s
}

// startIt asks for a start, and lets it happen.
func startIt(t *testing.T, m *Manager, names ...string) {
	t.Helper()
	for _, name := range names {
		must(t, m.Start(name))
	}
	pass(100 * time.Millisecond)
}

func wantState(t *testing.T, m *Manager, name string, want State) {
	t.Helper()
	if got := stateOf(m, name); got != want {
		t.Errorf("%s is %s, not %s: %v", name, got, want, problemOf(m, name))
	}
}

func wantKind(t *testing.T, m *Manager, name string, want Kind) {
	t.Helper()
	if p := problemOf(m, name); p == nil || p.Kind != want {
		t.Errorf("the problem of %s is %v, not %s", name, p, want)
	}
}

// A service that is slow goes on, is told once, holds up nobody but what needs it, and is
// ready in the end.
func TestSlowIsNoFailure(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("model", way{ready: 45 * time.Second})
		began := time.Now()
		must(t, m.StartAll(t.Context()))
		if waited := time.Since(began).Round(time.Second); waited != 30*time.Second {
			t.Errorf("the start was waited for %v", waited)
		}
		wantState(t, m, "model", Starting)
		wantKind(t, m, "model", NotReady)
		wantState(t, m, "other", Ready)
		wantState(t, m, "chat", Waiting)
		told := problemOf(m, "model")
		pass(10 * time.Second)
		if problemOf(m, "model") != told {
			t.Error("it was told twice")
		}
		pass(10 * time.Second)
		wantState(t, m, "model", Ready)
		wantState(t, m, "chat", Ready)
		if p := problemOf(m, "model"); p != nil || m.Snapshot().Phase != PhaseRunning {
			t.Errorf("the problem is still %v, the whole %s", p, m.Snapshot().Phase)
		}
		if s, _ := m.Snapshot().Service("model"); s.Restarts != 0 {
			t.Error("it was restarted")
		}
	}, notifying("model"), plain("other"), dependent(plain("chat"), spec.ConditionReady, "model"))
}

// With nothing in the file, what a service needs may come a minute late.
func TestWhatComesLateIsWaitedFor(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("tunnel", way{lives: time.Millisecond, code: 255})
		startIt(t, m, "tunnel")
		pass(8 * time.Second) // at log-in, without a network
		w.set("tunnel", way{})
		pass(8 * time.Second)
		wantState(t, m, "tunnel", Ready)
		w.set("tunnel", way{lives: 11 * time.Second, code: 1}) // from then on each run is good
		w.guard().crash("tunnel")
		pass(10 * time.Minute)
		if s := stateOf(m, "tunnel"); s == Failed {
			t.Error("it was given up, though it ran well")
		}
	}, plain("tunnel"))
}

func TestGivenUpAfterAMinuteStaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("s", way{lives: time.Millisecond, code: 3})
		startIt(t, m, "s")
		pass(40 * time.Second)
		wantState(t, m, "s", BackingOff)
		pass(30 * time.Second)
		wantState(t, m, "s", Failed)
		wantKind(t, m, "s", CrashLoop)
		w.set("s", way{})
		pass(time.Hour)
		wantState(t, m, "s", Failed)
		startIt(t, m, "s")
		wantState(t, m, "s", Ready)
		w.set("s", way{lives: time.Millisecond})
		w.guard().crash("s")
		pass(90 * time.Second)
		wantKind(t, m, "s", EndsByItself) // exit 0 is no crash
	}, plain("s"))
}

// While it waits for the next start, it says when that is.
func TestTheNextTryIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("s", way{lives: time.Millisecond, code: 3})
		startIt(t, m, "s")
		pass(10 * time.Second)
		s, _ := m.Snapshot().Service("s")
		wait := time.Until(s.NextTry)
		if s.State != BackingOff || wait <= 0 || wait > time.Minute {
			t.Fatalf("it is %s, and starts again in %v", s.State, wait)
		}
		w.set("s", way{})
		pass(wait - time.Millisecond)
		wantState(t, m, "s", BackingOff)
		pass(200 * time.Millisecond)
		wantState(t, m, "s", Ready)
		if s, _ = m.Snapshot().Service("s"); !s.NextTry.IsZero() {
			t.Errorf("it runs, and starts at %v", s.NextTry)
		}
	}, plain("s"))
}

// A good run is measured from ready: one that takes long to start and ends then is no good run.
func TestAGoodRunIsMeasuredFromReady(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("s", way{ready: -1, lives: 15 * time.Second, code: 1})
		startIt(t, m, "s")
		pass(3 * time.Minute)
		wantState(t, m, "s", Failed)
	}, notifying("s"))
}

// Only the monotonic clock counts: the guard's times may jump.
func TestAClockThatIsSetBackIsNoCrashLoop(t *testing.T) {
	s := plain("s")
	s.Restart = spec.Restart{GiveUp: 3, Window: time.Minute, GoodRun: time.Hour}
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "s")
		for range 5 {
			g := w.guard()
			g.mu.Lock()
			run := g.runs["s"]
			g.events <- guard.Event{Exited: &guard.Exited{Service: "s", Run: run.start.Run, At: time.Now().Add(-24 * time.Hour), Code: 1}}
			delete(g.runs, "s")
			g.events <- guard.Event{Gone: &guard.Gone{Service: "s", Run: run.start.Run}}
			g.mu.Unlock()
			pass(40 * time.Second)
		}
		wantState(t, m, "s", Ready)
	}, s)
}

func TestTheUserDecidesBetweenRestartsToo(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("s", way{lives: time.Millisecond, code: 1})
		startIt(t, m, "s")
		pass(2 * time.Second)
		wantState(t, m, "s", BackingOff)
		must(t, m.Stop("s"))
		wantState(t, m, "s", Stopped)
		pass(time.Minute)
		wantState(t, m, "s", Stopped)
		w.set("s", way{})
		startIt(t, m, "s")
		wantState(t, m, "s", Ready)
	}, plain("s"))
}

// Whoever waits for an end learns how long it may take.
func TestTheEndSaysUntilWhen(t *testing.T) {
	slow := plain("slow")
	slow.StopTimeout = 40 * time.Second
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("slow", way{stops: 30 * time.Second})
		startIt(t, m, "slow")
		if by := m.Snapshot().EndsBy; !by.IsZero() {
			t.Errorf("it ends by %v", by)
		}
		began, ended := time.Now(), make(chan error, 1)
		go func() { ended <- m.Shutdown(t.Context()) }()
		pass(time.Second)
		by := m.Snapshot().EndsBy
		if least := began.Add(40 * time.Second); by.Before(least) {
			t.Errorf("it ends by %v, before %v", by, least)
		}
		if err := <-ended; err != nil || time.Now().After(by) {
			t.Errorf("it has ended at %v, after %v: %v", time.Now(), by, err)
		}
	}, slow)
}

// "Start everything" takes nothing away from a service that was started by hand.
func TestStartEverythingKeepsWhatWasStartedByHand(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "a")
		must(t, m.StartAll(t.Context(), "a", "b"))
		wantState(t, m, "a", Ready)
		wantState(t, m, "b", Stopped)
		if b, _ := m.Snapshot().Service("b"); !b.ByHand {
			t.Error("b is not told to be stopped by hand")
		}
		w.guard().crash("a")
		pass(time.Second)
		wantState(t, m, "a", Ready)
	}, plain("a"), plain("b"), plain("c"))
}

// A service that has moved is found by those that name it.
func TestMoveLeavesNobodyWithTheOldPort(t *testing.T) {
	dashboard, chat, longer := plain("dashboard"), plain("chat"), plain("longer")
	dashboard.Listen, dashboard.URL = "127.0.0.1:7861", "http://127.0.0.1:7861"
	chat.Env = []string{"DASHBOARD_URL=http://127.0.0.1:7861/x"}
	longer.Env = []string{"URL=http://127.0.0.1:78611"}
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "dashboard", "chat", "longer")
		must(t, m.Move("dashboard", 7863))
		pass(time.Second)
		g := w.guard()
		g.mu.Lock()
		defer g.mu.Unlock()
		for name, want := range map[string]string{"chat": "DASHBOARD_URL=http://127.0.0.1:7863/x", "longer": longer.Env[0]} {
			if got := g.runs[name].start.Env; !slices.Contains(got, want) {
				t.Errorf("%s runs with %q", name, got)
			}
		}
		if run := g.runs["longer"].start.Run; run != 1 {
			t.Error("a service that does not name it was restarted")
		}
		if got := g.runs["dashboard"].start.Listen; got != "127.0.0.1:7863" {
			t.Errorf("it listens on %s", got)
		}
	}, dashboard, chat, longer)
}

// What depends on a service stops before it and starts after it, whatever comes in between.
func TestOrderOfDependents(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("top", way{stops: 2 * time.Second})
		startIt(t, m, "top")
		must(t, m.Restart("base"))
		pass(time.Second)
		wantState(t, m, "base", Stopping) // not before top has stopped
		if got := w.guard().running(); !slices.Equal(got, []string{"base", "top"}) {
			t.Errorf("running: %v", got)
		}
		pass(3 * time.Second)
		wantState(t, m, "top", Ready)
		if got, want := strings.Join(w.guard().requests(), ", "), "start base, start top, stop top, stop base, start base, start top"; got != want {
			t.Errorf("asked for %s,\nwant %s", got, want)
		}
	}, plain("base"), dependent(plain("top"), spec.ConditionReady, "base"))
}

// What everything depends on by very many ways is waited for, started and stopped as quickly as
// by one. This took longer than anybody waits.
func TestServicesThatAllDependOnAllBefore(t *testing.T) {
	var specs []spec.ServiceSpec
	var names []string
	for n := range 40 {
		name := fmt.Sprintf("s%02d", n)
		specs = append(specs, dependent(notifying(name), spec.ConditionReady, names...))
		names = append(names, name)
	}
	last := names[len(names)-1]
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("s00", way{ready: time.Minute})
		startIt(t, m, last)
		wantState(t, m, last, Waiting)
		must(t, m.StartAll(t.Context()))
		if s, _ := m.Snapshot().Service(last); !s.Settled || s.WaitsFor == "" {
			t.Errorf("it is not told that %s waits for what is slow: %+v", last, s)
		}
		pass(time.Minute)
		wantState(t, m, last, Ready)
	}, specs...)
}

// One that is never given up is not waited for without end, nor is what needs it.
func TestWhatIsNeverGivenUpIsNotWaitedForWithoutEnd(t *testing.T) {
	tunnel := notifying("tunnel")
	tunnel.Restart.GiveUp = -1
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("tunnel", way{ready: -1, lives: time.Second, code: 1})
		began := time.Now()
		must(t, m.StartAll(t.Context()))
		if took := time.Since(began); took < longFailing || took > 2*longFailing {
			t.Errorf("it took %v", took)
		}
		if s, _ := m.Snapshot().Service("page"); s.State != Waiting || !s.Settled {
			t.Errorf("what needs it is %+v", s)
		}
		w.set("tunnel", way{})
		pass(time.Minute)
		wantState(t, m, "page", Ready)
	}, tunnel, dependent(plain("page"), spec.ConditionReady, "tunnel"))
}

// What needs a service started is untouched when that is ended for failing a check, as by a crash,
// and stops before it when it is to stop.
func TestWhatNeedsAServiceStarted(t *testing.T) {
	base := notifying("base")
	base.Health = spec.Health{Notify: true, Interval: 10 * time.Second, Failures: 1}
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "top")
		wantState(t, m, "top", Ready)
		pass(22 * time.Second) // the watchdog hears nothing
		if s, _ := m.Snapshot().Service("base"); s.Restarts != 1 || s.State != Ready {
			t.Errorf("the base is %+v", s)
		}
		if asked := w.guard().requests(); slices.Contains(asked, "stop top") {
			t.Errorf("it was touched: %v", asked)
		}
		w.set("top", way{stops: time.Second})
		must(t, m.Restart("top"))
		pass(2 * time.Second)
		must(t, m.Stop("base"))
		pass(500 * time.Millisecond)
		asked := w.guard().requests()
		if last := asked[len(asked)-1]; last != "stop top" {
			t.Errorf("it is asked for %v", asked)
		}
		pass(time.Second)
		if asked = w.guard().requests(); asked[len(asked)-1] != "stop base" {
			t.Errorf("then it is asked for %v", asked)
		}
	}, base, dependent(plain("top"), spec.ConditionStarted, "base"))
}
