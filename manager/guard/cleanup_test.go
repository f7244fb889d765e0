//go:build linux

package guard

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

// cleanupHelper waits until the guard has one, and returns its pid.
func (c *conversation) cleanupHelper() int {
	c.t.Helper()
	for range 20_000 {
		for _, child := range guardtest.Children(c.PID()) {
			if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child)); err == nil && strings.HasPrefix(string(line), "agents-tray-keeper\x00") {
				return child
			}
		}
		time.Sleep(time.Millisecond)
	}
	c.t.Fatal("there is no cleanup helper")
	return 0
}

func (c *conversation) kill(pids ...int) {
	c.t.Helper()
	for _, pid := range pids {
		must(c.t, syscall.Kill(pid, syscall.SIGKILL))
	}
}

// gonePID waits for a process that is not our child to be gone.
func gonePID(t testing.TB, pid int) {
	t.Helper()
	for range 5000 {
		if !guardtest.Lives(pid) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d still runs", pid)
}

// The kernel ends a killed guard's children, but not theirs that have left the group.
func TestTheHelperEndsWhatAKilledGuardLeaves(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		t.Run(fmt.Sprint("stopped first: ", stopped), func(t *testing.T) {
			c := launch(t, time.Second)
			for i, kind := range []string{guardtest.Escapes, guardtest.Forks, guardtest.IgnoresTERM} {
				c.start(Start{Service: kind, Run: uint64(i), Command: guardtest.Command(kind)})
			}
			helper := c.cleanupHelper()
			if stopped { // the kernel resumes the group of a stopped helper when its session loses it
				must(t, syscall.Kill(helper, syscall.SIGSTOP))
			}
			c.kill(c.PID())
			for range c.Events() {
			}
			c.nothingLeft()
			gonePID(t, helper)
		})
	}
}

// An end in order takes the helper along, even one that is stopped.
func TestTheHelperGoesWithTheGuard(t *testing.T) {
	c := launch(t, time.Second)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Escapes)})
	helper := c.cleanupHelper()
	must(t, syscall.Kill(helper, syscall.SIGSTOP))
	c.send(Request{Shutdown: &Shutdown{300 * time.Millisecond}})
	for range c.Events() {
	}
	if err := c.Err(); err != nil {
		t.Errorf("the guard is not sure: %v", err)
	}
	if guardtest.Lives(helper) {
		t.Error("the helper is left")
	}
}

func TestAHelperThatIsKilledIsReplaced(t *testing.T) {
	c := launch(t, time.Second)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Escapes)})
	first := c.cleanupHelper()
	time.Sleep(time.Second) // one that does not last is not replaced
	c.kill(first)
	gonePID(t, first)
	second := c.cleanupHelper()
	c.kill(c.PID())
	for range c.Events() {
	}
	c.nothingLeft()
	gonePID(t, second)
}

// Another guard of the same session is not the helper's to end.
func TestTheHelperKnowsItsGuard(t *testing.T) {
	c := launch(t, time.Second)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Escapes)})
	helper := c.cleanupHelper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := &conversation{t: t, mark: c.mark, logs: c.logs}
	if other.Client, err = Launch(Program{Path: self, Args: []string{"guard", "guard"}, Mark: c.mark}, Hello{Grace: time.Second}); err != nil {
		t.Fatal(err)
	}
	other.next()
	survivor := other.start(Start{Service: "t", Run: 1, Command: guardtest.Command(guardtest.Cooperative)})
	c.kill(c.PID())
	for range c.Events() {
	}
	gonePID(t, helper)
	if left := guardtest.Left(c.session(), proctree.RunVariable+"=s/1"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if left := guardtest.Left(c.session(), proctree.RunVariable+"=t/1"); len(left) != 1 || !strings.HasPrefix(left[0], strconv.Itoa(survivor.PID)) {
		t.Errorf("of the other guard's service there is %v", left)
	}
	other.Close()
	for range other.Events() {
	}
}
