//go:build linux

package guard

import (
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

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

func TestMain(m *testing.M) {
	guardtest.Main(Main)
	os.Exit(m.Run())
}

func launch(t testing.TB, grace time.Duration) *conversation {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launchAs(t, Program{Path: self, Args: []string{"guard", "guard"}}, grace)
}

// launchAs launches a guard by another command.
func launchAs(t testing.TB, program Program, grace time.Duration) *conversation {
	t.Helper()
	c := &conversation{t: t, mark: strings.ReplaceAll(t.Name(), "/", "-") + fmt.Sprint(time.Now().UnixNano()), logs: t.TempDir()}
	program.Mark = c.mark
	for _, folder := range []string{filepath.Dir(c.logs), c.logs} { // the guard may be another user's
		must(t, os.Chmod(folder, 0o777))
	}
	var err error
	c.Client, err = Launch(program, Hello{Grace: grace, Journals: c.journals()})
	if err != nil {
		t.Fatal(err)
	}
	if e := c.next(); e.Ready == nil || e.Ready.Version != Version {
		t.Fatalf("the answer to hello is %+v", e)
	}
	t.Cleanup(func() {
		c.Close()
		for range c.Events() { // until it is gone
		}
		c.nothingLeft()
	})
	return c
}

// session is in the environment of all that this guard starts.
func (c *conversation) session() string { return proctree.SessionVariable + "=" + c.mark }

// journals is the folder of the guard's journal, with a name that would be a pattern elsewhere:
// once no journal was found in such a folder.
func (c *conversation) journals() string { return filepath.Join(c.logs, "journals [of guards]*") }

func (c *conversation) nothingLeft() {
	c.t.Helper()
	guardtest.NothingLeft(c.t, c.session(), 10*time.Second)
}

// start runs a service and waits until it is up.
func (c *conversation) start(s Start) *Started {
	c.t.Helper()
	s.Log = filepath.Join(c.logs, s.Service+".log")
	c.send(Request{Start: &s})
	e := c.next()
	if e.Started == nil {
		c.t.Fatalf("instead of started: %+v %+v", e, e.Refused)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		log, err := os.ReadFile(s.Log)
		if err == nil && strings.Count(string(log), "\n") > 1 || s.Command[2] == guardtest.ClosesOutput {
			return e.Started
		}
		if time.Now().After(end) {
			c.t.Fatalf("%s printed nothing: %s", s.Service, log)
		}
	}
}

func TestStopEndsEveryKindOfService(t *testing.T) {
	for _, kind := range guardtest.Kinds {
		t.Run(kind, func(t *testing.T) {
			c := launch(t, 5*time.Second)
			c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(kind)})
			grace := time.Second
			if kind == guardtest.IgnoresTERM {
				grace = 200 * time.Millisecond
			}
			c.send(Request{Stop: &Stop{"s", 1, grace}})
			exited := c.exited()
			if kind == guardtest.IgnoresTERM && exited.Signal != "SIGKILL" {
				t.Errorf("ended by %q, status %d", exited.Signal, exited.Code)
			}
			if kind == guardtest.Cooperative && exited.Code != 0 {
				t.Errorf("ended by %q, status %d", exited.Signal, exited.Code)
			}
			c.gone()
			if left := guardtest.Left(c.session(), proctree.RunVariable+"=s/1"); len(left) > 0 {
				t.Errorf("gone, but there is %v", left)
			}
		})
	}
}

// Who has got the stop signal with its group gets none again when the leader has ended: to many
// programs a second one means to end at once.
func TestNobodyIsAskedTwice(t *testing.T) {
	c := launch(t, time.Second)
	const child = `trap "echo asked" TERM; echo up; while :; do sleep 600 >&- 2>&- & wait; done`
	c.start(Start{Service: "s", Run: 1, Command: []string{"bash", "-c", `trap "exit 0" TERM; bash -c '` + child + `' & wait`}})
	c.send(Request{Stop: &Stop{"s", 1, 500 * time.Millisecond}})
	c.exited()
	c.gone()
	text, err := os.ReadFile(filepath.Join(c.logs, "s.log"))
	if asked := strings.Count(string(text), " out asked\n"); err != nil || asked != 1 {
		t.Errorf("it was asked %d times, %v", asked, err)
	}
}

func TestEndOfFileEndsEverything(t *testing.T) {
	c := launch(t, 300*time.Millisecond)
	for i, kind := range guardtest.Kinds {
		c.start(Start{Service: kind, Run: uint64(i), Command: guardtest.Command(kind)})
	}
	c.Close()
	for range c.Events() {
	}
	if err := c.Err(); err != nil {
		t.Errorf("the guard is not sure: %v", err)
	}
	c.nothingLeft()
}

func TestShutdownStopsLastWhatOthersNeed(t *testing.T) {
	c := launch(t, 5*time.Second)
	for _, s := range []Start{{Service: "base"}, {Service: "middle", Needs: []string{"base"}}, {Service: "top", Needs: []string{"middle", "base"}}} {
		s.Run, s.Command = 1, guardtest.Command(guardtest.Cooperative)
		c.start(s)
	}
	c.send(Request{Shutdown: &Shutdown{5 * time.Second}})
	var order []string
	for e := range c.Events() {
		if e.Exited != nil {
			order = append(order, e.Exited.Service)
		}
	}
	if got := strings.Join(order, " "); got != "top middle base" {
		t.Errorf("stopped in the order %q", got)
	}
}

func TestOneDeadlineForAll(t *testing.T) {
	c := launch(t, 5*time.Second)
	var needs []string
	for n := range 4 {
		name := fmt.Sprint("s", n)
		c.start(Start{Service: name, Run: 1, Needs: slices.Clone(needs), Command: guardtest.Command(guardtest.IgnoresTERM)})
		needs = append(needs, name)
	}
	began := time.Now()
	c.send(Request{Shutdown: &Shutdown{300 * time.Millisecond}})
	for range c.Events() {
	}
	if took := time.Since(began); took < 300*time.Millisecond || took > 2*time.Second {
		t.Errorf("four services that ignore SIGTERM took %v to end, with 300 ms for all", took)
	}
}

func TestASecondShutdownKillsAtOnce(t *testing.T) {
	c := launch(t, time.Minute)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.IgnoresTERM)})
	c.send(Request{Shutdown: &Shutdown{time.Minute}})
	c.send(Request{Shutdown: &Shutdown{0}})
	if exited := c.exited(); exited.Signal != "SIGKILL" {
		t.Errorf("ended by %q", exited.Signal)
	}
}

func TestWhatACrashLeavesIsEndedBeforeTheNextRun(t *testing.T) {
	for _, kind := range []string{guardtest.Forks, guardtest.Escapes} {
		t.Run(kind, func(t *testing.T) {
			c := launch(t, 5*time.Second)
			started := c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(kind)})
			must(t, syscall.Kill(started.PID, syscall.SIGKILL))
			if exited := c.exited(); exited.Signal != "SIGKILL" || exited.PID != started.PID {
				t.Errorf("exited is %+v", exited)
			}
			c.gone()
			if left := guardtest.Left(c.session(), proctree.RunVariable+"=s/1"); len(left) > 0 {
				t.Errorf("gone, but there is %v", left)
			}
		})
	}
}

func TestTheLastWordsAreAlwaysThere(t *testing.T) {
	c := launch(t, 5*time.Second)
	for run := range uint64(20) {
		log := filepath.Join(c.logs, "s.log")
		c.send(Request{Start: &Start{Service: "s", Run: run, Command: guardtest.Command(guardtest.ExitsAtOnce), Log: log}})
		if e := c.next(); e.Started == nil {
			t.Fatalf("instead of started: %+v", e)
		}
		exited := c.exited()
		if exited.Code != 3 || !strings.Contains(strings.Join(exited.Lines, "\n"), "the last words") {
			t.Errorf("run %d: exited is %+v", run, exited)
		}
		written, err := os.ReadFile(log)
		if err != nil || strings.Count(string(written), " err the last words\n") != int(run)+1 {
			t.Errorf("run %d: the log is %s (%v)", run, written, err)
		}
		c.gone()
	}
}

// A child that floods its dead parent's output must not keep the guard reading.
func TestAFloodDoesNotHoldUpTheEnd(t *testing.T) {
	c := launch(t, 5*time.Second)
	c.send(Request{Start: &Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Abandons)}})
	if e := c.next(); e.Started == nil {
		t.Fatalf("instead of started: %+v", e)
	}
	if exited := c.exited(); exited.Code != 3 {
		t.Errorf("exited is %+v", exited)
	}
	c.gone()
}

func TestASocketOutlivesItsService(t *testing.T) {
	c := launch(t, 5*time.Second)
	address := guardtest.FreeAddress(t)
	start := Start{Service: "s", Run: 1, Listen: address, Command: guardtest.Command(guardtest.Serves)}
	first := c.start(start)
	if got := get(t, address); got != fmt.Sprint(first.PID) {
		t.Fatalf("%s answers for %d", got, first.PID)
	}
	must(t, syscall.Kill(first.PID, syscall.SIGKILL))
	c.exited()
	c.gone()
	answer := make(chan string, 1)
	go func() { answer <- get(t, address) }() // while nobody serves
	start.Run = 2
	second := c.start(start)
	if got := <-answer; got != fmt.Sprint(second.PID) {
		t.Errorf("%s answers for %d", got, second.PID)
	}
	c.send(Request{Stop: &Stop{"s", 2, time.Second}})
	c.exited()
	c.gone()
	c.send(Request{Release: &Release{"s"}})
	c.send(Request{Start: &Start{Service: "other", Run: 1, Command: []string{"/nonexistent"}}})
	c.next() // refused: the release has been carried out
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("a released port still takes connections")
	}
}

func TestRefusals(t *testing.T) {
	held := guardtest.Listen(t)
	notExecutable := filepath.Join(t.TempDir(), "program")
	must(t, os.WriteFile(notExecutable, []byte("#!/bin/sh\n"), 0o600))
	noInterpreter := filepath.Join(t.TempDir(), "program")
	must(t, os.WriteFile(noInterpreter, []byte("#!/no/such/interpreter\n"), 0o700))
	c := launch(t, 5*time.Second)
	for want, start := range map[Reason]Start{
		AddressInUse:              {Command: guardtest.Command(guardtest.Serves), Listen: held.Addr().String()},
		NoCommand:                 {Command: []string{"no-such-command-anywhere"}},
		NoCommand + " (path)":     {Command: []string{"/nonexistent/program"}},
		NotExecutable + " (mode)": {Command: []string{notExecutable}},
		NotExecutable + " (text)": {Command: []string{noInterpreter}},
		NoFolder + " (folder)":    {Command: guardtest.Command(guardtest.Cooperative), Dir: "/nonexistent"},
		BadFolder + " (file)":     {Command: guardtest.Command(guardtest.Cooperative), Dir: notExecutable},
		TooLarge + " (variable)":  {Command: guardtest.Command(guardtest.Cooperative), Env: []string{"X=" + strings.Repeat("x", 3<<20)}},
		TooLarge + " (message)":   {Command: guardtest.Command(guardtest.Cooperative), Env: []string{"X=" + strings.Repeat("x", maxMessage)}},
		NotExecutable + " (kind)": {Command: []string{t.TempDir()}},
		NoAddress + " (other)":    {Command: guardtest.Command(guardtest.Serves), Listen: "192.0.2.1:1"},
	} {
		start.Service, start.Run = "s", 7
		c.send(Request{Start: &start})
		e := c.next()
		if e.Refused == nil || !strings.HasPrefix(string(want), string(e.Refused.Reason)) || e.Refused.Run != 7 || e.Refused.Error == "" {
			t.Errorf("%s: %+v", want, e.Refused)
		}
	}
}

// What is wrong with a program that is there is told: it once was "no such file or directory".
func TestWhatIsNoProgram(t *testing.T) {
	c := launch(t, 5*time.Second)
	for name, test := range map[string]struct {
		text, interpreter string
		foreign           bool
	}{
		"no interpreter":    {"#!/no/such/interpreter -x\n", "/no/such/interpreter", false},
		"Windows line ends": {"#!/bin/sh\r\nexit\r\n", "/bin/sh\r", false},
		"no first line":     {"echo\n", "", true},
		"empty":             {"", "", true},
	} {
		program := filepath.Join(t.TempDir(), "program")
		must(t, os.WriteFile(program, []byte(test.text), 0o700))
		c.send(Request{Start: &Start{Service: "s", Run: 7, Command: []string{program}}})
		r := c.next().Refused
		if r == nil || r.Reason != NotExecutable || r.Interpreter != test.interpreter || r.Foreign != test.foreign || strings.Contains(r.Error, program) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestAGuardOfAnotherVersionSaysSo(t *testing.T) {
	c := launch(t, time.Second)
	c.send(Request{Hello: &Hello{Version: Version + 1}})
	if e := c.next(); e.Fault == nil || !strings.Contains(e.Fault.Error, "restart agents-tray") {
		t.Errorf("%+v", e)
	}
}

// The guard of a tray that was killed must not die of a broken pipe while it works.
func TestTheGuardSurvivesItsReader(t *testing.T) {
	c := launch(t, 300*time.Millisecond)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Escapes)})
	syscall.Kill(c.PID(), syscall.SIGTERM) // as at log-off
	for range c.Events() {
	}
	if err := c.Err(); err != nil {
		t.Errorf("the guard is not sure: %v", err)
	}
}

func get(t *testing.T, address string) string {
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

// What is asked for while everything ends is not started; the guard's end is the answer.
func TestNothingIsStartedDuringTheEnd(t *testing.T) {
	c := launch(t, time.Second)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.IgnoresTERM)})
	c.send(Request{Shutdown: &Shutdown{300 * time.Millisecond}})
	c.send(Request{Start: &Start{Service: "late", Run: 1, Command: guardtest.Command(guardtest.Cooperative)}})
	for e := range c.Events() {
		if e.Started != nil || e.Refused != nil {
			t.Errorf("it answers %+v %+v", e.Started, e.Refused)
		}
	}
	if err := c.Err(); err != nil {
		t.Error(err)
	}
}
