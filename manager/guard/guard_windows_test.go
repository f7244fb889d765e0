package guard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

// These tests run under wine, too (packaging/wine), which decides what is not here:
// wine, up to 10, does not deliver CTRL_BREAK, so how a service without a lifeline is
// asked to stop has to be seen on Windows.

// Kinds of services that end with their lifeline.
const (
	obeysLifeline = "obeys-lifeline"
	leavesChild   = "leaves-child"   // its child stays until it is killed
	leavesForNow  = "leaves-for-now" // its child stays for lingering
	lingers       = "lingers"        // that child

	lingering = 500 * time.Millisecond
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && slices.Contains([]string{obeysLifeline, leavesChild, leavesForNow, lingers}, os.Args[2]) {
		if err := serveLifeline(os.Args[2]); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	guardtest.Main(Main)
	os.Exit(m.Run())
}

func serveLifeline(kind string) error {
	if child := map[string]string{leavesChild: guardtest.IgnoresTERM, leavesForNow: lingers}[kind]; child != "" {
		if _, err := guardtest.Run(child); err != nil {
			return err
		}
	}
	fmt.Println("up")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	if kind == lingers {
		time.Sleep(lingering)
	}
	fmt.Println("goodbye")
	return nil
}

func launch(t *testing.T, grace time.Duration) *conversation {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	logs, err := os.MkdirTemp("", "guard")
	if err != nil {
		t.Fatal(err)
	}
	c := &conversation{t: t, mark: t.Name(), logs: logs}
	trouble := filepath.Join(logs, "guard.log")
	err = guardtest.Patiently(func() (err error) {
		c.Client, err = Launch(Program{Path: self, Args: []string{self, "guard"}, Mark: c.mark}, Hello{Grace: grace, Log: trouble})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		for range c.Events() { // until it is gone
		}
		guardtest.NothingLeft(t, "", 5*time.Second)
		if text, err := os.ReadFile(trouble); err != nil || len(text) > 0 {
			t.Errorf("the guard had trouble: %s (%v)", text, err)
		}
		_ = os.RemoveAll(logs) // see above
	})
	if e := c.next(); e.Ready == nil {
		t.Fatalf("the answer to hello is %+v", e)
	}
	return c
}

func (c *conversation) log(service string) string { return filepath.Join(c.logs, service+".log") }

// begin starts a run.
func (c *conversation) begin(s Start) (started *Started) {
	c.t.Helper()
	s.Log = c.log(s.Service)
	err := guardtest.Patiently(func() error {
		c.send(Request{Start: &s})
		e := c.next()
		if e.Refused != nil {
			return errors.New(e.Refused.Error)
		}
		started = e.Started
		return nil
	})
	if started == nil {
		c.t.Fatalf("it is not started: %v", err)
	}
	return started
}

// start runs a service, with a lifeline, and waits until it is up.
func (c *conversation) start(service, kind string) *Started {
	c.t.Helper()
	started := c.begin(Start{Service: service, Run: 1, Command: guardtest.Command(kind), Lifeline: true})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		log, err := os.ReadFile(c.log(service))
		if err == nil && strings.Contains(string(log), " out up\n") {
			return started
		}
		if time.Now().After(end) {
			c.t.Fatalf("%s printed nothing: %s (%v)", service, log, err)
		}
	}
}

// only fails the test unless just the guard and so many services' processes are there.
func (c *conversation) only(services int) {
	c.t.Helper()
	if left := guardtest.Left(); len(left) != 1+services {
		c.t.Errorf("instead of the guard, %d, and %d more there is %v", c.PID(), services, left)
	}
}

func TestTheLastWordsAreAlwaysThere(t *testing.T) {
	c := launch(t, 5*time.Second)
	for run := range uint64(5) {
		started := c.begin(Start{Service: "s", Run: run, Command: guardtest.Command(guardtest.ExitsAtOnce)})
		exited := c.exited()
		lines := strings.Join(exited.Lines, "\n")
		if exited.PID != started.PID || exited.Code != 3 || !strings.Contains(lines, "an ordinary line") || !strings.Contains(lines, "the last words") {
			t.Errorf("run %d: exited is %+v", run, exited)
		}
		c.gone()
		log, err := os.ReadFile(c.log("s"))
		for _, line := range []string{
			fmt.Sprintf(" sys started, pid %d\n", started.PID), " out an ordinary line\n", " err the last words\n", " sys ended with status 3\n",
		} {
			if !strings.Contains(string(log), line) {
				t.Errorf("run %d: %q is not in the log: %s (%v)", run, line, log, err)
			}
		}
	}
}

func TestAServiceEndsWithItsLifeline(t *testing.T) {
	c := launch(t, time.Minute)
	c.start("s", obeysLifeline)
	c.send(Request{Stop: &Stop{"s", 1, time.Minute}})
	if exited := c.exited(); exited.Code != 0 || !slices.Equal(exited.Lines, []string{"up", "goodbye"}) {
		t.Errorf("exited is %+v", exited)
	}
	c.gone()
}

func TestKillEndsDescendantsAndNobodyElse(t *testing.T) {
	for _, kind := range []string{guardtest.IgnoresTERM, guardtest.Forks, guardtest.Escapes} {
		t.Run(kind, func(t *testing.T) {
			c := launch(t, 5*time.Second)
			c.start("other", obeysLifeline)
			c.start("s", kind)
			if kind != guardtest.IgnoresTERM {
				c.only(3)
			}
			c.send(Request{Stop: &Stop{"s", 1, 0}})
			if exited := c.exited(); exited.Service != "s" || exited.Signal != "SIGKILL" {
				t.Errorf("exited is %+v", exited)
			}
			c.gone()
			c.only(1)
		})
	}
}

func TestTheDeadlineEndsWhatIgnoresItsLifeline(t *testing.T) {
	const grace = 300 * time.Millisecond
	c := launch(t, time.Minute)
	c.start("s", guardtest.Forks)
	began := time.Now()
	c.send(Request{Stop: &Stop{"s", 1, grace}})
	if exited := c.exited(); exited.Signal != "SIGKILL" {
		t.Errorf("exited is %+v", exited)
	}
	c.gone()
	if took := time.Since(began); took < grace {
		t.Errorf("it had %v to end, not %v", took, grace)
	}
	c.only(0)
}

func TestWhatACrashLeavesIsEnded(t *testing.T) {
	for _, kind := range []string{guardtest.Forks, guardtest.Escapes, guardtest.Abandons} {
		t.Run(kind, func(t *testing.T) {
			c := launch(t, time.Minute)
			if kind == guardtest.Abandons { // crashes by itself
				c.begin(Start{Service: "s", Run: 1, Command: guardtest.Command(kind)})
			} else {
				process, err := os.FindProcess(c.start("s", kind).PID)
				if err != nil {
					t.Fatal(err)
				}
				must(t, process.Kill())
			}
			c.exited()
			c.gone()
			c.only(0)
		})
	}
}

// A run is gone when its descendants are: those that end by themselves at once, and
// the others at the deadline.
func TestGoneIsTrue(t *testing.T) {
	t.Run(leavesForNow, func(t *testing.T) {
		c := launch(t, time.Minute)
		c.start("s", leavesForNow)
		c.send(Request{Stop: &Stop{"s", 1, time.Minute}})
		if exited := c.exited(); exited.Code != 0 {
			t.Errorf("exited is %+v", exited)
		}
		c.only(1)
		c.gone()
		c.only(0)
	})
	t.Run(leavesChild, func(t *testing.T) {
		const grace = 2 * time.Second
		c := launch(t, time.Minute)
		c.start("s", leavesChild)
		began := time.Now()
		c.send(Request{Stop: &Stop{"s", 1, grace}})
		c.exited()
		c.only(1)
		c.gone()
		if took := time.Since(began); took < grace {
			t.Errorf("what it left had %v to end, not %v", took, grace)
		}
		c.only(0)
	})
}

func startAll(c *conversation) {
	for _, kind := range []string{obeysLifeline, leavesChild, guardtest.IgnoresTERM, guardtest.Forks, guardtest.Escapes} {
		c.start(kind, kind)
	}
	c.only(8)
}

func TestEndOfFileEndsEverything(t *testing.T) {
	c := launch(t, 300*time.Millisecond)
	startAll(c)
	c.Close()
	for range c.Events() {
	}
	if err := c.Err(); err != nil {
		t.Errorf("the guard is not sure: %v", err)
	}
	guardtest.NothingLeft(t, "", 100*time.Millisecond)
}

func TestNothingOutlivesAKilledGuard(t *testing.T) {
	c := launch(t, time.Minute)
	startAll(c)
	c.Kill()
	for range c.Events() {
	}
	if err := c.Err(); err == nil {
		t.Error("it is said to have ended well")
	}
	guardtest.NothingLeft(t, "", 5*time.Second)
}

// The next start waits for the guard of a killed tray, and ends one that does not end.
func TestTheNextStartWaitsForTheGuard(t *testing.T) {
	for name, test := range map[string]struct {
		grace, patience time.Duration
		killed          int
	}{
		"that ends":         {300 * time.Millisecond, time.Minute, 0},
		"that does not end": {time.Hour, 300 * time.Millisecond, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := launch(t, test.grace)
			startAll(c)
			c.Close()
			if killed, err := proctree.Sweep(c.mark, nil, test.patience); killed != test.killed || err != nil {
				t.Errorf("%d were killed: %v", killed, err)
			}
			guardtest.NothingLeft(t, "", 5*time.Second)
			for range c.Events() {
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	held := guardtest.Listen(t)
	notExecutable := filepath.Join(os.Getenv("SystemRoot"), "win.ini")
	if _, err := os.Stat(notExecutable); err != nil {
		t.Fatal(err)
	}
	c := launch(t, time.Minute)
	for want, start := range map[Reason]Start{
		AddressInUse:              {Command: guardtest.Command(guardtest.Serves), Listen: held.Addr().String()},
		NoCommand:                 {Command: []string{"no-such-command-anywhere"}},
		NoCommand + " (path)":     {Command: []string{`C:\nonexistent\program.exe`}},
		NotExecutable + " (kind)": {Command: []string{notExecutable}},
		NoFolder + " (dir)":       {Command: guardtest.Command(guardtest.Cooperative), Dir: `C:\nonexistent`},
	} {
		start.Service, start.Run = "s", 7
		c.send(Request{Start: &start})
		e := c.next()
		if e.Refused == nil || !strings.HasPrefix(string(want), string(e.Refused.Reason)) || e.Refused.Run != 7 || e.Refused.Error == "" {
			t.Errorf("%s: %+v %+v", want, e.Refused, e.Started)
		}
	}
}
