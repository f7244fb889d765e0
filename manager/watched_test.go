//go:build unix

// The fake guard proves readiness by notify, which Windows does not have.

package manager

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"agents-tray/manager/spec"
)

func watched(name string) spec.ServiceSpec {
	s := spec.ServiceSpec{Name: name, URL: "http://gpu-box.example:8000"}
	s.Health = spec.Health{Check: spec.Check{HTTP: "/health"}, Interval: 10 * time.Second}
	return s
}

// inWatchedBubble runs a test with a service that is only watched, and one that needs it.
func inWatchedBubble(t *testing.T, do func(t *testing.T, m *Manager, w *world)) {
	t.Helper()
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		must(t, m.AddService(watched("box")))
		do(t, m, w)
	}, plain("other"), dependent(plain("user"), spec.ConditionReady, "box"))
}

// A service that is only watched is never started; what needs it follows it.
func TestAWatchedServiceIsFollowed(t *testing.T) {
	inWatchedBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.setProof(errors.New("no route"))
		began := time.Now()
		must(t, m.StartAll(t.Context()))
		if waited := time.Since(began); waited > time.Second {
			t.Errorf("the start waited %v for it", waited)
		}
		wantKind(t, m, "box", NotAnswering)
		wantState(t, m, "box", Starting)
		wantState(t, m, "other", Ready)
		wantState(t, m, "user", Waiting)
		told := problemOf(m, "box")
		pass(time.Minute)
		if problemOf(m, "box") != told {
			t.Error("it was told again")
		}

		w.setProof(nil)
		pass(11 * time.Second)
		wantState(t, m, "box", Ready)
		wantState(t, m, "user", Ready)
		if got := w.guard().running(); !slices.Equal(got, []string{"other", "user"}) {
			t.Errorf("%v run", got)
		}

		w.setProof(errors.New("no route"))
		pass(15 * time.Second)
		wantState(t, m, "box", Ready) // once or twice may be chance
		pass(20 * time.Second)
		wantState(t, m, "box", Starting)
		wantState(t, m, "user", Waiting)
		if m.Snapshot().Phase != PhaseTrouble {
			t.Errorf("the whole is %s", m.Snapshot().Phase)
		}
	})
}

// It can be left alone, asked again, changed and taken out, and outlives a guard.
func TestAWatchedServiceIsControlled(t *testing.T) {
	inWatchedBubble(t, func(t *testing.T, m *Manager, w *world) {
		startIt(t, m, "user", "box", "other")
		w.guard().Kill()
		pass(5 * time.Second)
		for _, name := range []string{"box", "user", "other"} {
			wantState(t, m, name, Ready)
		}
		must(t, m.Stop("box"))
		pass(time.Second)
		wantState(t, m, "box", Stopped)
		wantState(t, m, "user", Waiting)
		must(t, m.Restart("box"))
		pass(time.Second)
		wantState(t, m, "user", Ready)

		started := watched("box") // from now on it is started here
		started.Command = []string{"box"}
		applyIt(t, m, started, plain("other"))
		pass(time.Second)
		if got := w.guard().running(); !slices.Equal(got, []string{"box", "other"}) {
			t.Errorf("%v run", got)
		}
		if _, err := m.Apply([]spec.ServiceSpec{watched("box")}, true); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		wantState(t, m, "box", Ready)
		if got := w.guard().running(); len(got) > 0 {
			t.Errorf("%v run", got)
		}
	})
}

func (w *world) setProof(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.proof = err
}

func (w *world) prove(context.Context, question) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.proof
}
