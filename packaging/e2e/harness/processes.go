//go:build linux

package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A Process is one of those that a user's program consists of. Its handle means this
// process for good, not a number.
type Process struct {
	handle *os.Process
	Role   string // "tray", "guard", "cleanup helper", "service" or, of what that started, "descendant"
	Run    string // of the last two: the service's name and the number of its run
}

func (p Process) PID() int { return p.handle.Pid }

func (p Process) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s", p.Role, p.Run)) + fmt.Sprintf(" (%d)", p.PID())
}

// Parent is the process id of its parent; 0 once it has ended.
func (p Process) Parent() int {
	fields := p.stat()
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1]) // the kernel writes numbers
	return parent
}

// Service is the name of the service it belongs to.
func (p Process) Service() string { name, _, _ := strings.Cut(p.Run, "/"); return name }

// Kill sends a signal; a process that has ended already gets none.
func (p Process) Kill(sig syscall.Signal) { _ = p.handle.Signal(sig) }

// State is the kernel's letter: R, S, T, …; "" once it has ended.
func (p Process) State() string {
	if fields := p.stat(); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// stat are the fields of /proc/PID/stat from the state on; none once it has ended.
func (p Process) stat() []string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil || p.handle.Signal(syscall.Signal(0)) != nil { // then the number may be somebody else's
		return nil
	}
	return strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
}

// Ended reports whether it has ended; its parent may not have heard of it.
func (p Process) Ended() bool { state := p.State(); return state == "" || state == "Z" || state == "X" }

// Processes are the user's that live.
func (u *User) Processes() []Process {
	var found []Process
	folders, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, folder := range folders {
		if _, ok := variable(folder, u.Mark()); !ok {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(folder)) // as the pattern says
		handle, err := os.FindProcess(pid)
		if err != nil {
			continue // it has ended
		}
		commandLine, _ := os.ReadFile(folder + "/cmdline") // none: it has ended
		arguments := strings.Split(string(commandLine), "\x00")
		p := Process{handle: handle, Role: "tray"}
		run, ofService := variable(folder, "AGENTS_TRAY_SERVICE=")
		_, marked := variable(folder, u.Mark()) // once more, now that the handle holds the number
		switch {
		case !marked || len(commandLine) == 0:
			handle.Release()
			continue
		case ofService:
			p.Role, p.Run = "descendant", run
			if slices.Contains(arguments, p.Service()) {
				p.Role = "service"
			}
		case arguments[0] == "agents-tray-keeper" || slices.Contains(arguments, "sweep"):
			p.Role = "cleanup helper"
		case slices.Contains(arguments, "guard"):
			p.Role = "guard"
		}
		found = append(found, p)
	}
	return found
}

// variable looks for an assignment, or for the value of a name that ends with "=", in
// the environment of a process.
func variable(folder, assignment string) (value string, ok bool) {
	environ, err := os.ReadFile(folder + "/environ")
	if err != nil {
		return "", false
	}
	for pair := range strings.SplitSeq(string(environ), "\x00") {
		if value, ok = strings.CutPrefix(pair, assignment); ok && (value == "" || strings.HasSuffix(assignment, "=")) {
			return value, true
		}
	}
	return "", false
}
