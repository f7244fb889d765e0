//go:build linux

package guard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

// A server that writes over its environment, and has left its parent's group, is known by what
// was seen of it, to the cleanup helper as to the next start.
func TestWhatHasOverwrittenItsEnvironment(t *testing.T) {
	for name, end := range map[string]func(c *conversation){
		"the cleanup helper": func(c *conversation) {
			helper := c.cleanupHelper()
			c.kill(c.PID())
			gonePID(c.t, helper)
		},
		"the next start": func(c *conversation) {
			c.kill(c.cleanupHelper(), c.PID())
			for range c.Events() {
			}
			journals := proctree.JournalsOf(c.journals(), c.mark)
			if n, err := proctree.Sweep(c.mark, journals, 0); n == 0 || err != nil {
				c.t.Errorf("swept %d: %v", n, err)
			}
			if left := proctree.JournalsOf(c.journals(), c.mark); len(journals) != 1 || len(left) > 0 {
				c.t.Errorf("journals before %q and after %q", journals, left)
			}
		},
		"the guard": func(c *conversation) {
			c.send(Request{Shutdown: &Shutdown{50 * time.Millisecond}})
			for range c.Events() {
			}
			if err := c.Err(); err != nil {
				c.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := launch(t, 50*time.Millisecond)
			c.start(Start{Service: "other", Run: 1, Command: guardtest.Command(guardtest.Cooperative)})
			leader := c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.OverwritesIn)}).PID
			pid := guardtest.Children(leader)[0]
			if environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err != nil || strings.Contains(string(environ), "AGENTS_TRAY") {
				t.Fatalf("its environment is %q, %v", environ, err)
			}
			c.journalHas(pid)
			end(c)
			gonePID(t, pid)
		})
	}
}

// journalHas waits until the guard's journal names the process.
func (c *conversation) journalHas(pid int) {
	c.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, path := range proctree.JournalsOf(c.journals(), c.mark) {
			if text, _ := os.ReadFile(path); strings.Contains(string(text), fmt.Sprintf(`"pid":%d,`, pid)) {
				return
			}
		}
	}
	c.t.Fatalf("no journal names %d", pid)
}

// A process that has become root's is told by name, and the guard does not say that nothing
// is left.
func TestWhatHasBecomeRoots(t *testing.T) {
	if os.Getuid() != 0 {
		return // nobody else can make such a program; how the guard goes on is in TestDeadlines
	}
	setuid := setUserID(t)
	folder := filepath.Dir(setuid)
	program := Program{Path: "/usr/bin/setpriv", Args: []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", filepath.Join(folder, "plain"), "guard"}}
	c := launchAs(t, program, 50*time.Millisecond)
	leader := c.start(Start{Service: "s", Run: 1, Command: []string{filepath.Join(folder, "plain"), "guardtest-service", guardtest.BecomesIn, setuid}}).PID
	pid := guardtest.Children(leader)[0]
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	want := proctree.LeftProcess{PID: pid, Name: filepath.Base(setuid), User: "root", Why: proctree.NotPermitted}

	c.send(Request{Stop: &Stop{Service: "s", Run: 1, Grace: 50 * time.Millisecond}})
	c.exited()
	if gone := c.gone(); !slices.Equal(gone.Left, []proctree.LeftProcess{want}) {
		t.Errorf("of the run it says that are left: %v", gone.Err())
	}
	c.send(Request{Shutdown: &Shutdown{50 * time.Millisecond}})
	for range c.Events() {
	}
	var left *proctree.LeftError
	if err := c.Err(); !errors.As(err, &left) || !slices.Equal(left.Left, []proctree.LeftProcess{want}) {
		t.Errorf("at the end it says %v", err)
	}
	if !guardtest.Lives(pid) {
		t.Error("it has ended")
	}
	c.kill(pid)
	gonePID(t, pid)
}

// setUserID makes a copy of this program that is set-user-id root, and one called plain that
// is not, where any user can execute them.
func setUserID(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "agents-tray-root-")
	if err == nil {
		t.Cleanup(func() { os.RemoveAll(folder) })
		err = os.Chmod(folder, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"plain": 0o755, "becomesroot": 0o755 | os.ModeSetuid} {
		from, err := os.Open("/proc/self/exe")
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		to, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE, 0o755)
		if err == nil {
			_, err = io.Copy(to, from)
		}
		if err == nil {
			err = to.Close()
		}
		if err == nil {
			err = os.Chmod(to.Name(), mode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "becomesroot")
}

// Signals reach all descendants where the system has no descriptors of processes, and where init
// adopts the orphans among them, which once were taken for gone.
func TestASystemWithoutSomeCalls(t *testing.T) {
	ends := map[string]func(c *conversation){
		"stopped": func(c *conversation) {
			c.send(Request{Shutdown: &Shutdown{50 * time.Millisecond}})
			for range c.Events() {
			}
			if err := c.Err(); err != nil {
				c.t.Error(err)
			}
		},
		"killed": func(c *conversation) {
			helper := c.cleanupHelper()
			c.kill(c.PID())
			gonePID(c.t, helper)
		},
	}
	for _, kind := range []string{guardtest.WithoutPidfd, guardtest.WithoutPrctl} {
		for name, end := range ends {
			t.Run(kind+" "+name, func(t *testing.T) {
				command := guardtest.Command(kind)
				c := launchAs(t, Program{Path: command[0], Args: command}, 50*time.Millisecond)
				if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.PID())); err != nil || !strings.Contains(string(status), "Seccomp:\t2") {
					t.Fatalf("no calls are filtered: %v", err)
				}
				for i, kind := range []string{guardtest.Escapes, guardtest.Forks, guardtest.IgnoresTERM} {
					c.start(Start{Service: kind, Run: uint64(i), Command: guardtest.Command(kind)})
				}
				end(c)
				c.nothingLeft()
			})
		}
	}
}

// Where a control group is delegated, each run has one, and what tells nothing of itself is
// found in it.
func TestControlGroups(t *testing.T) {
	group := controlGroup(t)
	if group == "" {
		return // this user, or this kernel, has none; see TestWhatHasOverwrittenItsEnvironment
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	enter := func(t *testing.T) *conversation {
		return launchAs(t, Program{Path: "/bin/sh", Args: []string{"sh", "-c", `echo $$ >"$0/cgroup.procs" && exec "$1" guard`, group, self}}, 50*time.Millisecond)
	}
	t.Run("each run is told from others, and ended", func(t *testing.T) {
		c := enter(t)
		c.start(Start{Service: "other", Run: 1, Command: guardtest.Command(guardtest.Cooperative)})
		leader := c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Hides)}).PID
		c.send(Request{Members: &MembersRequest{"s", 1}})
		members := c.next().Members
		if members == nil || len(members.PIDs) != 2 || members.PIDs[0] != leader {
			t.Fatalf("its members are %+v", members)
		}
		c.send(Request{Stop: &Stop{Service: "s", Run: 1, Grace: 50 * time.Millisecond}})
		c.exited()
		if err := c.gone().Err(); err != nil {
			t.Error(err)
		}
		gonePID(t, members.PIDs[1])
		c.send(Request{Shutdown: &Shutdown{}})
		for range c.Events() {
		}
		if err := c.Err(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(group + "/agents-tray-*"); len(left) > 0 {
			t.Errorf("groups are left: %q", left)
		}
	})
	t.Run("a killed guard's are swept", func(t *testing.T) {
		c := enter(t)
		c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Hides)})
		c.send(Request{Members: &MembersRequest{"s", 1}})
		hidden := c.next().Members.PIDs[1]
		helper := c.cleanupHelper()
		c.kill(c.PID())
		gonePID(t, hidden)
		gonePID(t, helper)
	})
}

// controlGroup makes a control group by hand and returns its folder, "" where this user cannot.
func controlGroup(t *testing.T) string {
	t.Helper()
	for _, mount := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		if _, err := os.Stat(mount + "/cgroup.procs"); err != nil {
			continue
		}
		if folder, err := os.MkdirTemp(mount, "agents-tray-test-"); err == nil {
			t.Cleanup(func() { _ = exec.Command("find", folder, "-depth", "-type", "d", "-delete").Run() })
			return folder
		}
	}
	return ""
}
