//go:build linux

package guard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
)

// smallGroup makes a control group with room for 30 MB, of either version; "" where
// this user cannot make one.
func smallGroup(t *testing.T) string {
	for folder, limit := range map[string]string{"/sys/fs/cgroup/memory": "memory.limit_in_bytes", "/sys/fs/cgroup": "memory.max"} {
		group := filepath.Join(folder, "agents-tray-test")
		if os.Mkdir(group, 0o700) != nil {
			continue
		}
		if os.WriteFile(filepath.Join(group, limit), []byte("30M"), 0) == nil {
			t.Cleanup(func() { os.Remove(group) })
			return group
		}
		os.Remove(group)
	}
	return ""
}

// The system tells nobody but its counters whom it ends for lack of memory.
func TestOutOfMemoryIsTold(t *testing.T) {
	if oomKills() < 0 {
		t.Error("a negative count")
	}
	group := smallGroup(t)
	if group == "" {
		t.Log("this user cannot limit memory: only the counter was read")
		return
	}
	c := launch(t, time.Second)
	first := c.start(Start{Service: "first", Run: 1, Command: []string{"sh", "-c", "echo 1; echo 2; exec sleep 600"}})
	c.keeper() // the counter has been read by then
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
