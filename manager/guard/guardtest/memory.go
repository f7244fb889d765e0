//go:build linux

package guardtest

import (
	"os"
	"path/filepath"
	"testing"
)

// MemoryGroup makes a control group that has so many bytes of memory, of either version
// of control groups, and returns its folder; "" where this user cannot make one. What
// needs more is ended by the system.
func MemoryGroup(t testing.TB, bytes string) string {
	t.Helper()
	for _, version := range []struct{ folder, limit string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}, {"/sys/fs/cgroup", "memory.max"},
	} {
		group, err := os.MkdirTemp(version.folder, "agents-tray-test-*")
		if err != nil {
			continue
		}
		limit, err := os.OpenFile(filepath.Join(group, version.limit), os.O_WRONLY, 0) // the system makes it, if it is a group
		if err == nil {
			_, err = limit.WriteString(bytes)
			limit.Close()
		}
		if err == nil {
			t.Cleanup(func() { os.Remove(group) })
			return group
		}
		os.Remove(group)
	}
	return ""
}
