//go:build linux

package manager

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

func TestTheWholeLife(t *testing.T) {
	m := newManager(t, newSpec("a", guardtest.Cooperative), newSpec("b", guardtest.Cooperative))
	events := m.Subscribe(100)
	startAll(t, m)
	if s := m.Snapshot(); s.Phase != PhaseRunning || s.Guard == 0 {
		t.Errorf("started: %+v", s)
	}
	if err := m.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := m.Wait(); err != nil {
		t.Error(err)
	}
	if s := m.Snapshot(); s.Phase != PhaseStopped || s.Services[0].PID != 0 {
		t.Errorf("shut down: %+v", s)
	}
	for name, call := range map[string]func(string) error{"start": m.Start, "stop": m.Stop, "restart": m.Restart} {
		if err := call("a"); !errors.Is(err, ErrShutDown) {
			t.Errorf("%s after the end: %v", name, err)
		}
	}
	events.Close()
	ready := 0
	for e := range events.C {
		if _, ok := e.(ServiceReady); ok {
			ready++
		}
	}
	if ready != 2 {
		t.Errorf("%d services told that they are ready", ready)
	}
}

// What a call has done is to be seen as soon as it returns: the menu is built from it.
func TestASnapshotIsNeverBehindACall(t *testing.T) {
	m := newManager(t)
	for i := range 200 {
		must(t, m.AddService(newSpec(fmt.Sprint("s", i), guardtest.Cooperative)))
		if got := len(m.Snapshot().Services); got != i+1 {
			t.Fatalf("after %d services the snapshot has %d", i+1, got)
		}
	}
}

func TestSpecsThatCannotBeAdded(t *testing.T) {
	m := newManager(t, newSpec("a", guardtest.Cooperative))
	for want, s := range map[string]spec.ServiceSpec{
		"name-taken": newSpec("a", guardtest.Cooperative),
		"no-command": {Name: "b"},
	} {
		if err := m.AddService(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := m.Start("nobody"); !errors.Is(err, ErrUnknownService("nobody")) {
		t.Errorf("start nobody: %v", err)
	}
}

func TestAGuardThatIsKilledIsReplaced(t *testing.T) {
	m := newManager(t, newSpec("a", guardtest.Escapes), newSpec("b", guardtest.Cooperative))
	startAll(t, m)
	awaitOutput(t, m, "a", 1)
	events := m.Subscribe(100)
	before := m.Snapshot()
	must(t, syscall.Kill(before.Guard, syscall.SIGKILL))
	for i, name := range []string{"a", "b"} {
		await(t, m, name, "another process", func(s Service) bool { return s.State == Ready && s.PID != before.Services[i].PID })
	}
	if m.Snapshot().Guard == before.Guard {
		t.Error("the guard is the old one")
	}
	for {
		select {
		case e := <-events.C:
			if _, ok := e.(GuardLost); ok {
				return
			}
		case <-time.After(patience):
			t.Fatal("nobody told of the loss")
		}
	}
}

// A frozen guard cannot stop anything; Shutdown must end all the same.
func TestAFrozenGuardDoesNotHangTheEnd(t *testing.T) {
	m := newManager(t, newSpec("s", guardtest.Escapes))
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	must(t, syscall.Kill(m.Snapshot().Guard, syscall.SIGSTOP))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := m.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}

func TestReadyMeansThatItAnswers(t *testing.T) {
	address := guardtest.FreeAddress(t)
	s := newSpec("s", guardtest.Serves)
	s.Listen, s.URL, s.Ready.HTTP = address, "http://"+address, "http://"+address
	m := newManager(t, s)
	startAll(t, m)
	if body := fetch(t, s.URL); body != fmt.Sprint(awaitState(t, m, "s", Ready).PID) {
		t.Errorf("%s answers", body)
	}
}

func TestASlowSubscriberIsToldWhatItMissed(t *testing.T) {
	m := newManager(t)
	slow := m.Subscribe(4)
	for i := range 10 {
		m.emit(ServiceStarted{PID: i})
	}
	for i := range 4 {
		if e := <-slow.C; e != (ServiceStarted{PID: i}) {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	m.emit(ServiceStarted{PID: 10})
	if e := <-slow.C; e != (Missed{6}) {
		t.Errorf("instead of the gap: %+v", e)
	}
	if e := <-slow.C; e != (ServiceStarted{PID: 10}) {
		t.Errorf("after the gap: %+v", e)
	}
}

// While nothing happens, nothing is done: the latest look at the state is the one that
// the question before has caused.
func TestAnIdleManagerSleeps(t *testing.T) {
	m := newManager(t, newSpec("s", guardtest.Cooperative))
	startAll(t, m)
	published := func() (at time.Time) {
		answer := make(chan time.Time, 1)
		m.post(func() { answer <- m.published })
		return <-answer
	}
	for end := time.Now().Add(patience); time.Now().Before(end); {
		published()
		before := time.Now()
		time.Sleep(20 * publishEvery)
		if published().Before(before.Add(10 * publishEvery)) {
			return
		}
	}
	t.Error("it is never idle")
}
