package proctree

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// OOMKills returns how many processes the system has ended for lack of memory, in any
// control group or altogether, since it was started; 0 where that cannot be read, as on
// systems without /proc.
func OOMKills() int {
	counters, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return 0
	}
	return oomKills(counters)
}

// oomKills returns the value of oom_kill among counters, a line each.
func oomKills(counters []byte) int {
	for line := range bytes.Lines(counters) {
		if count, ok := bytes.CutPrefix(line, []byte("oom_kill ")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(count))) // the kernel writes numbers
			return n
		}
	}
	return 0
}

// MemoryGroup returns the folder of the control group that a process belongs to; of a
// zombie, belonged to. It is "" for the first group, in which the first version of control
// groups puts every zombie.
func MemoryGroup(pid int) string {
	groups, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	if err != nil {
		return ""
	}
	unified := ""
	for line := range strings.Lines(string(groups)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) < 3 {
			continue
		}
		path := strings.TrimSuffix(fields[2], " (deleted)")
		switch {
		case path == "/":
		case slices.Contains(strings.Split(fields[1], ","), "memory"):
			return filepath.Join("/sys/fs/cgroup/memory", path)
		case fields[1] == "":
			unified = filepath.Join("/sys/fs/cgroup", path)
		}
	}
	return unified
}

// GroupOOMKills returns how many processes of a control group the system has ended for lack
// of memory; 0 where that cannot be read. It is given MemoryGroup's folder.
func GroupOOMKills(folder string) int {
	for _, name := range []string{"memory.events", "memory.oom_control"} { // of either version
		if counters, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
			return oomKills(counters)
		}
	}
	return 0
}
