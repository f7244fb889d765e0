package guard

import (
	"bytes"
	"fmt"
	"os"

	"agents-tray/manager/guard/proctree"
)

// Both are read in /proc, and not known on systems without it.

// endedWell reports whether a child that has not been reaped yet has ended with status 0.
func endedWell(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	fields := bytes.Fields(stat)
	return string(fields[len(fields)-1]) == "0" // the last is exit_code, as of wait(2)
}

// nameOf returns the name of a process that lives and does not belong to a run of which the
// environment variable is not this one; else "".
func nameOf(pid int, variable string) string {
	folder := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(folder + "stat")
	if err != nil {
		return ""
	}
	name, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if state := bytes.TrimSpace(stat[end+1:]); len(state) == 0 || state[0] == 'Z' || state[0] == 'X' {
		return ""
	}
	environ, err := os.ReadFile(folder + "environ")
	if err != nil || bytes.Contains(environ, []byte(proctree.RunVariable+"=")) && !bytes.Contains(environ, []byte(variable+"\x00")) {
		return ""
	}
	return string(stat[name+1 : end])
}
