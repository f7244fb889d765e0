//go:build linux

package guard

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

// The system tells nobody but its counters whom it ends for lack of memory.
func TestOutOfMemoryIsTold(t *testing.T) {
	if proctree.OOMKills() < 0 {
		t.Error("a negative count")
	}
	group := guardtest.MemoryGroup(t, "30000000")
	if group == "" {
		t.Log("this user cannot limit memory: only the counter was read")
		return
	}
	c := launch(t, time.Second)
	first := c.start(Start{Service: "first", Run: 1, Command: []string{"sh", "-c", "echo 1; echo 2; exec sleep 600"}})
	c.cleanupHelper() // the counter has been read by then
	script := "echo $$ >" + group + `/cgroup.procs; exec "$0" "$@"`
	c.send(Request{Start: &Start{Service: "s", Run: 1, Command: append([]string{"sh", "-c", script}, guardtest.Command(guardtest.Grows)...)}})
	if e := c.next(); e.Started == nil {
		t.Fatalf("instead of started: %+v", e)
	}
	if exited := c.exited(); !exited.OutOfMemory || exited.Signal != "SIGKILL" || strings.Join(exited.Lines, "") != "growing" {
		t.Errorf("exited is %+v", exited)
	}
	c.gone()
	grow := guardtest.Command(guardtest.Grows) // another program runs out of memory, and then somebody kills the service
	if err := exec.Command("sh", append([]string{"-c", script}, grow...)...).Run(); err == nil {
		t.Error("the other program has not run out of memory")
	}
	c.kill(first.PID)
	if exited := c.exited(); exited.OutOfMemory {
		t.Errorf("killed by somebody, exited is %+v", exited)
	}
}

// Where the kernel's log may not be read, the process's own control group is the proof.
func TestOutOfMemoryWithoutTheKernelsLog(t *testing.T) {
	group := guardtest.MemoryGroup(t, "30000000")
	if group == "" {
		t.Log("this user cannot limit memory")
		return
	}
	var m outOfMemory
	m.begin()
	m.log = func(int, time.Time) (bool, bool) { return false, false }
	grow := func() string {
		t.Helper()
		script := "echo $$ >" + group + `/cgroup.procs; exec "$0" "$@"`
		c := exec.Command("sh", append([]string{"-c", script}, guardtest.Command(guardtest.Grows)...)...)
		must(t, c.Start())
		var info unix.Siginfo // a zombie still tells its group
		must(t, unix.Waitid(unix.P_PID, c.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil))
		found := proctree.MemoryGroup(c.Process.Pid)
		_ = c.Wait() // it was killed
		return found
	}
	if found := grow(); found != group && found != "" || !m.killed(1, group) {
		t.Errorf("a kill in the group %s was not seen; it was in %q", group, found)
	}
	if m.killed(1, group) || m.trayKilled() {
		t.Error("a kill was taken for another one")
	}
	grow()
	if !m.killed(1, group) {
		t.Error("a second kill was not seen")
	}
}
