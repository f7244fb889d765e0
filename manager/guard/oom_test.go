//go:build linux

package guard

import (
	"strings"
	"testing"
	"time"

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
	c.kill(first.PID)
	if exited := c.exited(); exited.OutOfMemory {
		t.Errorf("killed by somebody, exited is %+v", exited)
	}
}
