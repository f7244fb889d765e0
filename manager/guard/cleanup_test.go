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
)

// keeper waits until the guard has one, and returns its pid.
func (c *conversation) keeper() int {
	c.t.Helper()
	for range 20_000 {
		for _, child := range children(c.PID()) {
			if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child)); err == nil && strings.HasPrefix(string(line), "agents-tray-keeper\x00") {
				return child
			}
		}
		time.Sleep(time.Millisecond)
	}
	c.t.Fatal("there is no keeper")
	return 0
}

func (c *conversation) kill(pids ...int) {
	c.t.Helper()
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			c.t.Fatal(err)
		}
	}
}

// gonePID waits for a process that is not our child to be gone.
func gonePID(t *testing.T, pid int) {
	t.Helper()
	for range 5000 {
		if fields, err := procStat(pid); err != nil || fields[0][0] == 'Z' {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d still runs", pid)
}

// The kernel ends a killed guard's children, but not theirs that have left the group.
func TestTheKeeperEndsWhatAKilledGuardLeaves(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		t.Run(fmt.Sprint("stopped first: ", stopped), func(t *testing.T) {
			c := launch(t, time.Second)
			for i, kind := range []string{guardtest.Escapes, guardtest.Forks, guardtest.IgnoresTERM} {
				c.start(Start{Service: kind, Run: uint64(i), Command: guardtest.Command(kind)})
			}
			keeper := c.keeper()
			if stopped { // the kernel resumes the group of a stopped keeper when its session loses it
				if err := syscall.Kill(keeper, syscall.SIGSTOP); err != nil {
					t.Fatal(err)
				}
			}
			c.kill(c.PID())
			for range c.Events() {
			}
			c.nothingLeft()
			gonePID(t, keeper)
		})
	}
}

// An end in order takes the keeper along, even one that is stopped.
func TestTheKeeperGoesWithTheGuard(t *testing.T) {
	c := launch(t, time.Second)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Escapes)})
	keeper := c.keeper()
	if err := syscall.Kill(keeper, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c.send(Request{Shutdown: &Shutdown{300 * time.Millisecond}})
	for range c.Events() {
	}
	if err := c.Err(); err != nil {
		t.Errorf("the guard is not sure: %v", err)
	}
	if _, err := procStat(keeper); err == nil {
		t.Error("the keeper is left")
	}
}

func TestAKeeperThatIsKilledIsReplaced(t *testing.T) {
	c := launch(t, time.Second)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Escapes)})
	first := c.keeper()
	time.Sleep(time.Second) // one that does not last is not replaced
	c.kill(first)
	gonePID(t, first)
	second := c.keeper()
	c.kill(c.PID())
	for range c.Events() {
	}
	c.nothingLeft()
	gonePID(t, second)
}

// Another guard of the same session is none of a keeper's business.
func TestTheKeeperKnowsItsGuard(t *testing.T) {
	c := launch(t, time.Second)
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Escapes)})
	keeper := c.keeper()
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
	gonePID(t, keeper)
	if left := guardtest.Left(c.session(), serviceEnvironment+"=s/1"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if left := guardtest.Left(c.session(), serviceEnvironment+"=t/1"); len(left) != 1 || !strings.HasPrefix(left[0], strconv.Itoa(survivor.PID)) {
		t.Errorf("of the other guard's service there is %v", left)
	}
	other.Close()
	for range other.Events() {
	}
}
