//go:build linux

package manager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/guardtest"
)

func TestMain(m *testing.M) {
	guardtest.Main(guard.Main)
	os.Exit(m.Run())
}

const patience = 20 * time.Second

// newManager returns a manager with a real guard. When the test ends everything is
// shut down and nothing may be left.
func newManager(t testing.TB, specs ...ServiceSpec) *Manager {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	mark := strings.ReplaceAll(t.Name(), "/", "-") + fmt.Sprint(time.Now().UnixNano())
	m := New(Options{
		Guard:     guard.Program{Path: self, Args: []string{"guard", "guard"}, Mark: mark},
		LogFolder: t.TempDir(),
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		if err := m.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		guardtest.NothingLeft(t, guard.MarkEnvironment+"="+mark, time.Second)
	})
	for _, spec := range specs {
		if err := m.AddService(spec); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func spec(name, kind string, arguments ...string) ServiceSpec {
	return ServiceSpec{Name: name, Title: strings.ToUpper(name[:1]) + name[1:], Command: guardtest.Command(kind, arguments...)}
}

// await returns the service when it is as wanted.
func await(t testing.TB, m *Manager, name, what string, wanted func(Service) bool) Service {
	t.Helper()
	changed := m.Watch()
	defer m.Unwatch(changed)
	timeout := time.After(patience)
	for {
		s, _ := m.Snapshot().Service(name)
		if wanted(s) {
			return s
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%s is not %s: %+v, problem %v", name, what, s, s.Problem)
		}
	}
}

func awaitState(t testing.TB, m *Manager, name string, state State) Service {
	t.Helper()
	return await(t, m, name, string(state), func(s Service) bool { return s.State == state })
}

func startAll(t testing.TB, m *Manager) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := m.StartAll(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestTheWholeLife(t *testing.T) {
	m := newManager(t, spec("a", guardtest.Cooperative), spec("b", guardtest.Cooperative))
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

func TestDependentsStartAfterAndStopBefore(t *testing.T) {
	base, top := spec("base", guardtest.Cooperative), spec("top", guardtest.Cooperative)
	top.DependsOn = map[string]Condition{"base": ConditionReady}
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

// What a call has done is to be seen as soon as it returns: the menu is built from it.
func TestASnapshotIsNeverBehindACall(t *testing.T) {
	m := newManager(t)
	for i := range 200 {
		if err := m.AddService(spec(fmt.Sprint("s", i), guardtest.Cooperative)); err != nil {
			t.Fatal(err)
		}
		if got := len(m.Snapshot().Services); got != i+1 {
			t.Fatalf("after %d services the snapshot has %d", i+1, got)
		}
	}
}

func TestSpecsThatCannotWork(t *testing.T) {
	m := newManager(t, spec("a", guardtest.Cooperative))
	for want, s := range map[string]ServiceSpec{
		"already a service":               spec("a", guardtest.Cooperative),
		"lower-case":                      {Name: "A B", Command: []string{"x"}},
		"no command":                      {Name: "b"},
		"use started, ready or completed": {Name: "b", Command: []string{"x"}, DependsOn: map[string]Condition{"a": "someday"}},
		"host:port":                       {Name: "b", Command: []string{"x"}, Listen: "7860"},
		"always, on-failure":              {Name: "b", Command: []string{"x"}, Restart: Restart{Policy: "often"}},
		"cannot be negative":              {Name: "b", Command: []string{"x"}, StopTimeout: -1},
	} {
		if err := m.AddService(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := m.Start("nobody"); !errors.Is(err, ErrUnknownService("nobody")) {
		t.Errorf("start nobody: %v", err)
	}
}

func TestAServiceThatIsKilledIsBack(t *testing.T) {
	m := newManager(t, spec("s", guardtest.Cooperative), spec("other", guardtest.Cooperative))
	startAll(t, m)
	first := awaitState(t, m, "s", Running)
	other := awaitState(t, m, "other", Running)
	if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := await(t, m, "s", "another process", func(s Service) bool { return s.State == Running && s.PID != first.PID })
	if again.Restarts != 1 || again.LastExit.Signal != "SIGKILL" || !strings.Contains(again.LastExit.Words, "killed") {
		t.Errorf("it shows %+v %+v", again, again.LastExit)
	}
	if now := awaitState(t, m, "other", Running); now.PID != other.PID {
		t.Error("the other service was touched")
	}
}

func TestACrashLoopIsGivenUpAndToldOnce(t *testing.T) {
	s := spec("s", guardtest.ExitsAtOnce)
	s.Restart = Restart{MaxDelay: time.Millisecond, GiveUp: 4}
	m := newManager(t, s)
	events := m.Subscribe(100)
	if err := m.Start("s"); err != nil {
		t.Fatal(err)
	}
	failed := awaitState(t, m, "s", Failed)
	if failed.Problem.Kind != CrashLoop || failed.Restarts != 3 || failed.Problem.Summary != "S keeps crashing" ||
		!strings.Contains(failed.Problem.Cause, "exit 3") || !slices.Contains(failed.Problem.Lines, "the last words") {
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
	m := newManager(t, ServiceSpec{Name: "s", Title: "S", Command: []string{"no-such-command-anywhere"}})
	var problem *Problem
	if err := m.StartAll(t.Context()); !errors.As(err, &problem) || problem.Kind != NotFound || !strings.Contains(problem.Cause, "no-such-command-anywhere") {
		t.Errorf("start: %v", err)
	}
	if s := awaitState(t, m, "s", Failed); s.Restarts != 0 {
		t.Errorf("it shows %+v", s)
	}
}

func TestRestartPolicies(t *testing.T) {
	never, onFailure := spec("never", guardtest.ExitsAtOnce), spec("on-failure", guardtest.Cooperative)
	never.Restart.Policy, onFailure.Restart.Policy = RestartNever, RestartOnFailure
	m := newManager(t, never, onFailure)
	if err := m.Start("never"); err != nil {
		t.Fatal(err)
	}
	if s := awaitState(t, m, "never", Failed); s.Problem.Summary != "Never failed" || s.Restarts != 0 {
		t.Errorf("it shows %+v, %v", s, s.Problem)
	}
	if err := m.Start("on-failure"); err != nil {
		t.Fatal(err)
	}
	first := awaitState(t, m, "on-failure", Running)
	awaitOutput(t, m, "on-failure", 1)
	if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := await(t, m, "on-failure", "another process", func(s Service) bool { return s.State == Running && s.PID != first.PID })
	awaitOutput(t, m, "on-failure", 2)
	if err := syscall.Kill(again.PID, syscall.SIGTERM); err != nil { // it ends with status 0
		t.Fatal(err)
	}
	await(t, m, "on-failure", "completed", func(s Service) bool { return s.State == Completed && s.LastExit.Code == 0 })
}

// waitAMoment is for what announces itself to nobody.
func waitAMoment() { time.Sleep(time.Millisecond) }

// awaitOutput waits until the service has printed that often that it is up.
func awaitOutput(t testing.TB, m *Manager, name string, times int) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		log, err := os.ReadFile(filepath.Join(m.options.LogFolder, name+".log"))
		if err == nil && strings.Count(string(log), " out up\n") >= times {
			return
		}
	}
	t.Fatalf("%s did not come up %d times", name, times)
}

func TestStopStaysStoppedAndStartStarts(t *testing.T) {
	m := newManager(t, spec("s", guardtest.Cooperative))
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	if err := m.Stop("s"); err != nil {
		t.Fatal(err)
	}
	stopped := awaitState(t, m, "s", Stopped)
	if !stopped.LastExit.Asked || stopped.LastExit.Words != "was stopped" || stopped.Restarts != 0 {
		t.Errorf("stopped: %+v %+v", stopped, stopped.LastExit)
	}
	if err := m.Start("s"); err != nil {
		t.Fatal(err)
	}
	first := awaitState(t, m, "s", Running)
	if err := m.Restart("s"); err != nil {
		t.Fatal(err)
	}
	await(t, m, "s", "another process", func(s Service) bool { return s.State == Running && s.PID != first.PID })
}

// Stopped by hand, a service has no port: visitors are refused, not kept waiting.
func TestAStoppedServiceHasNoPort(t *testing.T) {
	address := "127.0.0.1:" + freeTestPort(t)
	s := spec("s", guardtest.Serves)
	s.Listen, s.Ready.HTTP = address, "http://"+address
	m := newManager(t, s)
	for range 10 {
		if err := m.Start("s"); err != nil {
			t.Fatal(err)
		}
		awaitState(t, m, "s", Running)
		if err := m.Stop("s"); err != nil {
			t.Fatal(err)
		}
		awaitState(t, m, "s", Stopped)
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			t.Error("the port takes connections")
		}
	}
}

func TestAServiceThatIgnoresStopIsKilledInTime(t *testing.T) {
	s := spec("s", guardtest.IgnoresTERM)
	s.StopTimeout = 100 * time.Millisecond
	m := newManager(t, s)
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	if err := m.Stop("s"); err != nil {
		t.Fatal(err)
	}
	if stopped := awaitState(t, m, "s", Stopped); stopped.LastExit.Signal != "SIGKILL" || stopped.LastExit.Words != "did not stop in time and was killed" {
		t.Errorf("stopped: %+v", stopped.LastExit)
	}
}

func TestWhenTheContextEndsWhatIsLeftIsKilled(t *testing.T) {
	m := newManager(t, spec("s", guardtest.IgnoresTERM))
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

func TestAGuardThatIsKilledIsReplaced(t *testing.T) {
	m := newManager(t, spec("a", guardtest.Escapes), spec("b", guardtest.Cooperative))
	startAll(t, m)
	awaitOutput(t, m, "a", 1)
	events := m.Subscribe(100)
	before := m.Snapshot()
	if err := syscall.Kill(before.Guard, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"a", "b"} {
		await(t, m, name, "another process", func(s Service) bool { return s.State == Running && s.PID != before.Services[i].PID })
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
	m := newManager(t, spec("s", guardtest.Escapes))
	startAll(t, m)
	awaitOutput(t, m, "s", 1)
	if err := syscall.Kill(m.Snapshot().Guard, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := m.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}

func TestReadyMeansThatItAnswers(t *testing.T) {
	address := "127.0.0.1:" + freeTestPort(t)
	s := spec("s", guardtest.Serves)
	s.Listen, s.URL, s.Ready.HTTP = address, "http://"+address, "http://"+address
	m := newManager(t, s)
	startAll(t, m)
	if body := fetch(t, s.URL); body != fmt.Sprint(awaitState(t, m, "s", Running).PID) {
		t.Errorf("%s answers", body)
	}
}

func TestAServiceThatNeverAnswersIsAFailure(t *testing.T) {
	address := "127.0.0.1:" + freeTestPort(t)
	s := spec("s", guardtest.Cooperative) // it never looks at its socket
	s.Listen, s.Ready = address, Ready{Check: Check{HTTP: "http://" + address}, Timeout: 200 * time.Millisecond}
	s.Restart = Restart{MaxDelay: time.Millisecond, GiveUp: 2}
	m := newManager(t, s)
	var problem *Problem
	if err := m.StartAll(t.Context()); !errors.As(err, &problem) {
		t.Fatalf("start: %v", err)
	}
	await(t, m, "s", "given up", func(s Service) bool { return s.State == Failed && s.Problem.Kind == NotReady })
}

func TestAHeldPortIsNamedAndAnotherOffered(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	s := spec("s", guardtest.Serves)
	s.Listen = held.Addr().String()
	s.URL, s.Ready.HTTP = "http://"+s.Listen, "http://"+s.Listen
	m := newManager(t, s)
	var problem *Problem
	if err := m.StartAll(t.Context()); !errors.As(err, &problem) {
		t.Fatalf("start: %v", err)
	}
	self := filepath.Base(os.Args[0])
	if problem.Kind != PortHeld || !strings.Contains(problem.Summary, fmt.Sprintf("%.15s (pid %d)", self, os.Getpid())) || problem.FreePort == 0 {
		t.Errorf("the problem is %+v", problem)
	}
	if err := m.Move("s", problem.FreePort); err != nil {
		t.Fatal(err)
	}
	moved := awaitState(t, m, "s", Running)
	if moved.URL != fmt.Sprintf("http://127.0.0.1:%d", problem.FreePort) {
		t.Errorf("it moved to %s", moved.URL)
	}
	fetch(t, moved.URL)
}

// Requests that arrive while a killed service is restarted wait for it.
func TestNoConnectionIsRefusedDuringARestart(t *testing.T) {
	address := "127.0.0.1:" + freeTestPort(t)
	s := spec("s", guardtest.Serves)
	s.Listen, s.URL, s.Ready.HTTP = address, "http://"+address, "http://"+address
	s.Restart = Restart{MaxDelay: time.Millisecond, GiveUp: 100}
	m := newManager(t, s)
	startAll(t, m)
	for range 5 {
		pid := awaitState(t, m, "s", Running).PID
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		await(t, m, "s", "down", func(s Service) bool { return s.PID != pid })
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		conn.Close()
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

func freeTestPort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String()) // an address it made itself
	return port
}

func fetch(t testing.TB, url string) string {
	t.Helper()
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// While nothing happens, nothing is done.
func TestAnIdleManagerSleeps(t *testing.T) {
	m := newManager(t, spec("s", guardtest.Cooperative))
	startAll(t, m)
	turns := func() (n int) {
		if err := m.ask(func() error { n = m.turns; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := turns()
	time.Sleep(20 * publishEvery)
	if after := turns(); after > before+3 { // the two questions, and the picture after the first
		t.Errorf("%d turns in %v", after-before, 20*publishEvery)
	}
}
