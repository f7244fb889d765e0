//go:build linux

package manager

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

func TestAServiceThatIsKilledIsBack(t *testing.T) {
	m := newManager(t, newSpec("s", guardtest.Cooperative), newSpec("other", guardtest.Cooperative))
	startAll(t, m)
	first := awaitState(t, m, "s", Ready)
	other := awaitState(t, m, "other", Ready)
	must(t, syscall.Kill(first.PID, syscall.SIGKILL))
	again := await(t, m, "s", "another process", func(s Service) bool { return s.State == Ready && s.PID != first.PID })
	if again.Restarts != 1 || again.LastExit.Signal != "SIGKILL" || again.LastExit.Ended {
		t.Errorf("it shows %+v %+v", again, again.LastExit)
	}
	if now := awaitState(t, m, "other", Ready); now.PID != other.PID {
		t.Error("the other service was touched")
	}
}

func TestACrashLoopIsGivenUpAndToldOnce(t *testing.T) {
	s := newSpec("s", guardtest.ExitsAtOnce)
	s.Restart = spec.Restart{MaxDelay: time.Millisecond, GiveUp: 4}
	m := newManager(t, s)
	events := m.Subscribe(100)
	must(t, m.Start("s"))
	failed := awaitState(t, m, "s", Failed)
	if failed.Problem.Kind != CrashLoop || failed.Restarts != 3 || failed.Problem.Title != "S" ||
		failed.Problem.Exit.Code != 3 || !slices.Contains(failed.Problem.Lines, "the last words") {
		t.Errorf("it shows %+v, %v", failed, failed.Problem)
	}
	if m.Snapshot().Phase != PhaseTrouble {
		t.Errorf("the whole is %s", m.Snapshot().Phase)
	}
	if err := m.Wait(); err != nil { // nothing is left to run
		t.Error(err)
	}
	events.Close()
	told := 0
	for e := range events.C {
		if _, ok := e.(ServiceGaveUp); ok {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

func TestACommandThatDoesNotExistIsNotTriedAgain(t *testing.T) {
	m := newManager(t, spec.ServiceSpec{Name: "s", Title: "S", Command: []string{"no-such-command-anywhere"}}, newSpec("other", guardtest.Cooperative))
	var problem *Problem
	if err := m.StartAll(t.Context()); !errors.As(err, &problem) || problem.Kind != NotFound || !strings.Contains(problem.Error(), "no-such-command-anywhere") {
		t.Errorf("start: %v", err)
	}
	if s := awaitState(t, m, "s", Failed); s.Restarts != 0 {
		t.Errorf("it shows %+v", s)
	}
	awaitState(t, m, "other", Ready)
}

func TestRestartPolicies(t *testing.T) {
	never, onFailure := newSpec("never", guardtest.ExitsAtOnce), newSpec("on-failure", guardtest.Cooperative)
	never.Restart.Policy, onFailure.Restart.Policy = spec.RestartNever, spec.RestartOnFailure
	m := newManager(t, never, onFailure)
	must(t, m.Start("never"))
	if s := awaitState(t, m, "never", Failed); s.Problem.Kind != FailedOnce || s.Restarts != 0 {
		t.Errorf("it shows %+v, %v", s, s.Problem)
	}
	must(t, m.Start("on-failure"))
	first := awaitState(t, m, "on-failure", Ready)
	awaitOutput(t, m, "on-failure", 1)
	must(t, syscall.Kill(first.PID, syscall.SIGKILL))
	again := await(t, m, "on-failure", "another process", func(s Service) bool { return s.State == Ready && s.PID != first.PID })
	awaitOutput(t, m, "on-failure", 2)
	if err := syscall.Kill(again.PID, syscall.SIGTERM); err != nil { // it ends with status 0
		t.Fatal(err)
	}
	await(t, m, "on-failure", "completed", func(s Service) bool { return s.State == Completed && s.LastExit.Code == 0 })
}
