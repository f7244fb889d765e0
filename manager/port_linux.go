package manager

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// portHolder returns a program that listens on a TCP port, and its pid; 0 when it is
// another user's and cannot be seen. The process first, unless it is 0, is looked at
// before all others, of which there may be many.
func portHolder(port, first int) (name string, pid int) {
	inodes := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(table)
		if err != nil {
			continue // no IPv6
		}
		for line := range bytes.Lines(data) {
			const listening = "0A"
			fields := strings.Fields(string(line))
			if len(fields) > 9 && fields[3] == listening && strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", port)) {
				inodes["socket:["+fields[9]+"]"] = true
			}
		}
	}
	if len(inodes) == 0 {
		return "", 0
	}
	if name := holderName(first, inodes); name != "" {
		return name, first
	}
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return "", 0
	}
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil {
			continue
		}
		if name := holderName(pid, inodes); name != "" {
			return name, pid
		}
	}
	return "", 0
}

// holderName returns the name of a process if it has one of the sockets open.
func holderName(pid int, inodes map[string]bool) string {
	folder := fmt.Sprintf("/proc/%d/", pid)
	descriptors, err := os.ReadDir(folder + "fd")
	if err != nil {
		return "" // another user's, or gone
	}
	for _, fd := range descriptors {
		if target, err := os.Readlink(folder + "fd/" + fd.Name()); err == nil && inodes[target] {
			comm, err := os.ReadFile(folder + "comm")
			if err != nil {
				return ""
			}
			return strings.TrimSpace(string(comm))
		}
	}
	return ""
}
