//go:build linux

package manager

import (
	"context"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
)

func TestStopStaysStoppedAndStartStarts(t *testing.T) {
	m := newManager(t, newSpec("s", guardtest.Cooperative))
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	must(t, m.Stop("s"))
	stopped := awaitState(t, m, "s", Stopped)
	if !stopped.LastExit.Asked || !stopped.LastExit.Ended || stopped.Restarts != 0 {
		t.Errorf("stopped: %+v %+v", stopped, stopped.LastExit)
	}
	must(t, m.Start("s"))
	first := awaitState(t, m, "s", Ready)
	must(t, m.Restart("s"))
	await(t, m, "s", "another process", func(s Service) bool { return s.State == Ready && s.PID != first.PID })
}

func TestAServiceThatIgnoresStopIsKilledInTime(t *testing.T) {
	s := newSpec("s", guardtest.IgnoresTERM)
	s.StopTimeout = 100 * time.Millisecond
	m := newManager(t, s)
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	must(t, m.Stop("s"))
	if stopped := awaitState(t, m, "s", Stopped); !stopped.LastExit.KilledAtDeadline() || stopped.LastExit.Grace < s.StopTimeout {
		t.Errorf("stopped: %+v", stopped.LastExit)
	}
}

// One that is stopped by SIGKILL, since its specification says so, has not missed a deadline.
func TestAServiceWhoseStopSignalIsKILL(t *testing.T) {
	s := newSpec("s", guardtest.IgnoresTERM)
	s.StopSignal = "KILL"
	m := newManager(t, s)
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	must(t, m.Stop("s"))
	if stopped := awaitState(t, m, "s", Stopped); stopped.LastExit.Signal != "SIGKILL" || !stopped.LastExit.Ended || stopped.LastExit.KilledAtDeadline() {
		t.Errorf("stopped: %+v", stopped.LastExit)
	}
}

func TestWhenTheContextEndsWhatIsLeftIsKilled(t *testing.T) {
	m := newManager(t, newSpec("s", guardtest.IgnoresTERM))
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := m.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > Grace/2 {
		t.Errorf("it took %v", took)
	}
}
