//go:build unix

package manager

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/spec"
)

// SIGTERM to the guard alone is a lost guard: no service is to blame.
func TestAGuardThatIsTerminated(t *testing.T) {
	job := plain("on-failure")
	job.Restart.Policy = spec.RestartOnFailure
	never := plain("never")
	never.Restart.Policy = spec.RestartNever
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		names := []string{"on-failure", "never", "always"}
		startIt(t, m, names...)
		events := m.Subscribe(100)
		first := w.guard()
		first.terminate()
		pass(time.Second)
		for _, name := range names {
			wantState(t, m, name, Ready)
			if s, _ := m.Snapshot().Service(name); s.Restarts != 0 || s.Problem != nil {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if w.guard() == first || w.guard() == nil {
			t.Error("there is no new guard")
		}
		events.Close()
		lost := 0
		for e := range events.C {
			if _, ok := e.(GuardLost); ok {
				lost++
			}
		}
		if lost != 1 {
			t.Errorf("told %d times", lost)
		}
	}, job, never, plain("always"))
}

// When no guard stays up services fail; a start by the user tries again, for all of them.
func TestAfterServicesCannotBeStarted(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		pass(10 * time.Millisecond)
		w.failLaunches(100)
		w.guard().Kill()
		must(t, m.Start("a"))
		must(t, m.Start("b"))
		pass(2 * time.Minute)
		wantKind(t, m, "a", NoGuard)
		wantKind(t, m, "b", NoGuard)
		w.failLaunches(0)
		startIt(t, m, "a")
		wantState(t, m, "a", Ready)
		wantState(t, m, "b", Ready)
	}, plain("a"), plain("b"))
}

// A guard that takes requests and does nothing hangs nothing.
func TestAGuardThatIsFrozen(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "a")
		w.guard().freeze()
		for range 1000 {
			must(t, m.Restart("a"))
		}
		began := time.Now()
		if err := m.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if took, limit := time.Since(began), guard.Patience(Grace)+sweepTime; took > limit {
			t.Errorf("it took %v, more than %v", took, limit)
		}
	}, plain("a"))
}

// A guard that the system cannot start for a while, as without a free process, gives nothing up.
func TestAGuardThatCannotBeForkedForAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "a")
		w.failLaunches(12)
		w.guard().Kill()
		pass(20 * time.Second)
		wantState(t, m, "a", Starting)
		wantKind(t, m, "a", CannotFork)
		pass(25 * time.Second)
		wantState(t, m, "a", Ready)
		if problem := problemOf(m, "a"); problem != nil {
			t.Errorf("its problem is still %v", problem)
		}
	}, plain("a"))
}

// One that is frozen when it is to stop a service is missed, and so the service does stop.
func TestAGuardThatIsFrozenAtAStop(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "a")
		startIt(t, m, "b")
		w.guard().freeze()
		must(t, m.Stop("a"))
		pass(time.Minute)
		wantState(t, m, "a", Stopped)
		wantState(t, m, "b", Ready)
	}, plain("a"), plain("b"))
}

// A start that gets the guard stuck, as when an interpreter is on a drive that does not answer,
// fails its service at the second time: all would be restarted again and again for it.
func TestAStartThatGetsTheGuardStuck(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "web")
		w.set("hanging", way{hangs: true})
		startIt(t, m, "hanging")
		pass(guard.StuckTime + time.Second)
		wantState(t, m, "hanging", Starting)
		pass(guard.StuckTime + 5*time.Second)
		wantState(t, m, "hanging", Failed)
		wantKind(t, m, "hanging", PathHangs)
		wantState(t, m, "web", Ready)
		guards := len(w.guards)
		pass(5 * time.Minute)
		if len(w.guards) != guards {
			t.Error("and another guard was lost")
		}
		w.set("hanging", way{})
		startIt(t, m, "hanging")
		wantState(t, m, "hanging", Ready)
	}, plain("web"), plain("hanging"))
}

// What a lost guard has left is looked for again at the end, and told then if it is still there,
// though the guard that has taken its place says that nothing is left of its own.
func TestWhatALostGuardHasLeftIsToldAtTheEnd(t *testing.T) {
	left := &proctree.LeftError{Left: []proctree.LeftProcess{{PID: 7, Name: "x", Why: proctree.Stuck}}}
	for name, test := range map[string]struct {
		lost func(m *Manager, w *world) // while the sweep says left
		want bool                       // at the end
	}{
		"before, and still there": {func(m *Manager, w *world) { w.guard().Kill(); pass(time.Second) }, true},
		"before, and gone by now": {func(m *Manager, w *world) { w.guard().Kill(); pass(time.Second); w.setLeft(nil) }, false},
		"in the end":              {func(m *Manager, w *world) { w.guard().freeze() }, true}, // and killed for that
		"told by the guard":       {func(m *Manager, w *world) { w.setLeft(nil); w.guard().leaves(left) }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, w := newFake(t, plain("a"))
			startIt(t, m, "a")
			w.setLeft(left)
			test.lost(m, w)
			err := m.Shutdown(t.Context())
			if _, told := errors.AsType[*proctree.LeftError](err); told != test.want || !test.want && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// The end has a limit whatever hangs; that nothing is left is not claimed then.
func TestTheEndHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newFake(t, plain("a"))
		startIt(t, m, "a")
		release := make(chan struct{})
		w.mu.Lock()
		w.sweeping = release
		w.mu.Unlock()
		w.guard().freeze()
		began := time.Now()
		if err := m.Shutdown(t.Context()); !errors.Is(err, errNotConfirmed) {
			t.Errorf("it says %v", err)
		}
		if took, limit := time.Since(began), guard.Patience(Grace)+sweepTime; took > limit {
			t.Errorf("it took %v, more than %v", took, limit)
		}
		close(release)
	})
}
