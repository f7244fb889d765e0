package inspect

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// PortHolder returns the program that listens on a port, and its pid; 0 when it cannot be
// told. network is "tcp", "tcp4" or "tcp6". The system's own lsof is the only way to ask
// without cgo.
func PortHolder(network string, port int) (name string, pid int) {
	out, err := exec.Command("/usr/sbin/lsof", "-nP", fmt.Sprintf("-i%sTCP:%d", strings.TrimPrefix(network, "tcp"), port), "-sTCP:LISTEN", "-Fpc").Output()
	if err != nil {
		return "", 0
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "p"):
			pid, _ = strconv.Atoi(line[1:]) // 0 says that it cannot be told
		case strings.HasPrefix(line, "c"):
			return line[1:], pid
		}
	}
	return "", 0
}

// ListensOn reports whether a process is known to listen on a TCP port; here only
// PortHolder knows.
func ListensOn(pid, port int) bool { return false }
