//go:build linux

package manager

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

// needing makes s depend on services, all with one condition.
func needing(s spec.ServiceSpec, condition spec.Condition, services ...string) spec.ServiceSpec {
	s.DependsOn = map[string]spec.Condition{}
	for _, name := range services {
		s.DependsOn[name] = condition
	}
	return s
}

// story follows what happens to services: "+" ready, "-" exited, "." stopped for good.
type story struct{ events *Subscription }

func follow(m *Manager) story { return story{m.Subscribe(1000)} }

func (s story) String() string {
	s.events.Close()
	var words []string
	for e := range s.events.C {
		switch e := e.(type) {
		case ServiceReady:
			words = append(words, "+"+e.Service)
		case ServiceExited:
			words = append(words, "-"+e.Service)
		case ServiceStopped:
			words = append(words, "."+e.Service)
		}
	}
	return strings.Join(words, " ")
}

func TestServicesMayBeAddedInAnyOrder(t *testing.T) {
	m := newManager(t,
		needing(newSpec("top", guardtest.Cooperative), spec.ConditionReady, "middle"),
		needing(newSpec("middle", guardtest.Cooperative), spec.ConditionReady, "base"),
		newSpec("base", guardtest.Cooperative))
	told := follow(m)
	startAll(t, m)
	if err := m.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got := told.String(); got != "+base +middle +top -top .top -middle .middle -base .base" {
		t.Errorf("the order was %s", got)
	}
}

// Stopping goes service by service: one that others need does not wait for those that
// do not.
func TestAChainStopsByItself(t *testing.T) {
	slow := newSpec("slow", guardtest.IgnoresTERM) // ends at the deadline
	m := newManager(t, slow, newSpec("base", guardtest.Cooperative), needing(newSpec("top", guardtest.Cooperative), spec.ConditionReady, "base"))
	told := follow(m)
	startAll(t, m)
	awaitOutput(t, m, "slow", 1)
	awaitOutput(t, m, "base", 1)
	awaitOutput(t, m, "top", 1)
	m.post(func() { m.beginShutdown() })
	await(t, m, "base", "stopped before the deadline", func(s Service) bool { return s.LastExit != nil && s.State == Stopped })
	if s, _ := m.Snapshot().Service("slow"); s.LastExit != nil {
		t.Error("the slow one ended first")
	}
	m.link.client.Kill() // the test need not wait for the deadline
	<-m.done
	if got := told.String(); !strings.HasSuffix(got, "-top .top -base .base") {
		t.Errorf("the order was %s", got)
	}
}

func TestACrashTouchesOnlyWhatNeedsTheServiceReady(t *testing.T) {
	m := newManager(t, newSpec("base", guardtest.Cooperative),
		needing(newSpec("ready", guardtest.Cooperative), spec.ConditionReady, "base"),
		needing(newSpec("started", guardtest.Cooperative), spec.ConditionStarted, "base"),
		newSpec("other", guardtest.Cooperative))
	startAll(t, m)
	for _, name := range []string{"base", "ready"} {
		awaitOutput(t, m, name, 1)
	}
	before := m.Snapshot()
	pid := func(s Snapshot, name string) int { service, _ := s.Service(name); return service.PID }
	must(t, syscall.Kill(pid(before, "base"), syscall.SIGKILL))
	for _, name := range []string{"base", "ready"} {
		await(t, m, name, "another process", func(s Service) bool { return s.State == Ready && s.PID != pid(before, name) })
	}
	after := m.Snapshot()
	for _, name := range []string{"started", "other"} {
		if pid(after, name) != pid(before, name) {
			t.Errorf("%s was touched", name)
		}
	}
	if s, _ := after.Service("ready"); s.Restarts != 0 || !s.LastExit.Asked {
		t.Errorf("the dependent's own doing: %+v %+v", s, s.LastExit)
	}
}

func TestWhatDependsOnAServiceStopsBeforeItAndComesBackWithIt(t *testing.T) {
	m := newManager(t, newSpec("base", guardtest.Cooperative), needing(newSpec("top", guardtest.Cooperative), spec.ConditionReady, "base"))
	startAll(t, m)
	for _, name := range []string{"base", "top"} {
		awaitOutput(t, m, name, 1)
	}
	told := follow(m)
	must(t, m.Stop("base"))
	awaitState(t, m, "base", Stopped)
	waiting := awaitState(t, m, "top", Waiting)
	if waiting.WaitsFor != "Base" || m.Snapshot().Phase != PhaseStopped { // and not on its way up
		t.Errorf("it waits for %q, the whole is %s", waiting.WaitsFor, m.Snapshot().Phase)
	}
	if base, _ := m.Snapshot().Service("base"); !base.ByHand || waiting.ByHand {
		t.Errorf("stopped by hand: base %v, top %v", base.ByHand, waiting.ByHand)
	}
	if err := m.Start("top"); err != nil { // and what it depends on
		t.Fatal(err)
	}
	awaitState(t, m, "top", Ready)
	awaitOutput(t, m, "base", 2)
	awaitOutput(t, m, "top", 2)
	must(t, m.Restart("base"))
	awaitOutput(t, m, "top", 3)
	awaitState(t, m, "top", Ready)
	if got := told.String(); got != "-top -base .base +base +top -top -base +base +top" {
		t.Errorf("the order was %s", got)
	}
}

func TestACompletedServiceIsWaitedForAndNotRunAgain(t *testing.T) {
	job := newSpec("job", guardtest.Exits, "0")
	job.Restart.Policy = spec.RestartOnFailure
	m := newManager(t, needing(newSpec("s", guardtest.Cooperative), spec.ConditionCompleted, "job"), job)
	startAll(t, m)
	if s := awaitState(t, m, "job", Completed); s.Restarts != 0 {
		t.Errorf("it shows %+v", s)
	}
	awaitState(t, m, "s", Ready)
	if phase := m.Snapshot().Phase; phase != PhaseRunning {
		t.Errorf("the whole is %s", phase)
	}
	for _, call := range []func(string) error{m.Stop, m.Start} {
		must(t, call("s"))
	}
	awaitState(t, m, "s", Ready)
	if s := awaitState(t, m, "job", Completed); s.LastExit.PID != m.Snapshot().Services[1].LastExit.PID {
		t.Error("the job ran again")
	}
}

func TestAFailedServiceIsTheAnswerOfWhatWaitsForIt(t *testing.T) {
	job := newSpec("job", guardtest.Exits, "3")
	job.Restart.Policy, job.Optional = spec.RestartNever, true
	m := newManager(t, job, needing(newSpec("s", guardtest.Cooperative), spec.ConditionCompleted, "job"))
	var problem *Problem
	if err := m.StartAll(t.Context()); !errors.As(err, &problem) || problem.Kind != FailedOnce || problem.Title != "Job" || problem.Exit.Code != 3 {
		t.Errorf("start: %v", err)
	}
	awaitState(t, m, "s", Waiting)
}

func TestStoppedByHandStaysStopped(t *testing.T) {
	m := newManager(t, newSpec("base", guardtest.Cooperative), needing(newSpec("top", guardtest.Cooperative), spec.ConditionReady, "base"), newSpec("other", guardtest.Cooperative))
	if err := m.StartAll(t.Context(), "base"); err != nil { // and does not wait for what cannot start
		t.Fatal(err)
	}
	if base := awaitState(t, m, "base", Stopped); !base.ByHand {
		t.Error("it is not said to have been stopped by hand")
	}
	awaitState(t, m, "top", Waiting)
	awaitState(t, m, "other", Ready)
}

func TestACircleIsNotStarted(t *testing.T) {
	a, b := newSpec("a", guardtest.Cooperative), newSpec("b", guardtest.Cooperative)
	m := newManager(t, needing(a, spec.ConditionReady, "b"), needing(b, spec.ConditionReady, "a"))
	for _, err := range []error{m.StartAll(t.Context()), m.Start("a")} {
		if err == nil || !strings.Contains(err.Error(), "a → b → a") {
			t.Errorf("start: %v", err)
		}
	}
}

func TestDependentsStartAfterAndStopBefore(t *testing.T) {
	base, top := newSpec("base", guardtest.Cooperative), newSpec("top", guardtest.Cooperative)
	top.DependsOn = map[string]spec.Condition{"base": spec.ConditionReady}
	m := newManager(t, base, top)
	events := m.Subscribe(100)
	startAll(t, m)
	if err := m.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	events.Close()
	var order []string
	for e := range events.C {
		switch e := e.(type) {
		case ServiceReady:
			order = append(order, "+"+e.Service)
		case ServiceExited:
			order = append(order, "-"+e.Service)
		}
	}
	if got := strings.Join(order, " "); got != "+base +top -top -base" {
		t.Errorf("the order was %s", got)
	}
}
