package proctree

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// macOS has neither a subreaper nor a parent-death signal: descendants that left
// their group are found by a variable in their environment.

func becomeSubreaper() {}

func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// DetachedAttributes start a process in a process group of its own, which the terminal's
// Ctrl-C does not reach.
func DetachedAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Reap collects the children that have ended. before is called for each while it is a
// zombie, so that neither its id nor that of its group can belong to anybody else.
func (t *Tree) Reap(before func(pid int)) []Exit {
	var exits []Exit
	for _, p := range childrenOf(os.Getpid()) {
		if p.Proc.P_stat != zombieState {
			continue
		}
		pid := int(p.Proc.P_pid)
		before(pid)
		var status syscall.WaitStatus
		if got, err := syscall.Wait4(pid, &status, syscall.WNOHANG, nil); err == nil && got == pid {
			exits = append(exits, exitOf(pid, status))
		}
	}
	return exits
}

const zombieState = 5 // SZOMB in sys/proc.h

// Empty reports whether this process has no child, dead or alive, and no descendant.
func (t *Tree) Empty() bool {
	return len(childrenOf(os.Getpid())) == 0 && len(t.Descendants(Selector{}, nil, nil)) == 0
}

// Children returns nil: Descendants looks at all processes of the user.
func (t *Tree) Children() []int { return nil }

// A Descendant is a process below this one that another one has started.
type Descendant struct {
	PID      int
	variable string // NAME=value
}

// Descendants returns the living processes that of selects and that are not in leaders.
// The zero Selector selects all that carry this process's SessionVariable.
func (t *Tree) Descendants(of Selector, leaders map[int]bool, _ func() []int) []Descendant {
	variable := of.Variable
	if variable == "" {
		variable = SessionVariable + "=" + os.Getenv(SessionVariable)
	}
	processes, err := unix.SysctlKinfoProcSlice("kern.proc.uid", os.Getuid())
	if err != nil {
		return nil
	}
	var found []Descendant
	for _, p := range processes {
		pid := int(p.Proc.P_pid)
		if p.Proc.P_stat != zombieState && pid != os.Getpid() && !leaders[pid] && (of.Group != 0 && int(p.Eproc.Pgid) == of.Group || carries(pid, variable)) {
			found = append(found, Descendant{pid, variable})
		}
	}
	return found
}

// carries reports whether the arguments and environment of pid hold the assignment.
func carries(pid int, assignment string) bool {
	block, err := unix.SysctlRaw("kern.procargs2", pid)
	return err == nil && holds(string(block), assignment)
}

// TerminateDescendant asks it to stop, by SIGTERM; KillDescendant ends it.
func (t *Tree) TerminateDescendant(d Descendant) { d.signal(syscall.SIGTERM) }
func (t *Tree) KillDescendant(d Descendant)      { d.signal(syscall.SIGKILL) }

func (d Descendant) signal(sig syscall.Signal) {
	if carries(d.PID, d.variable) { // there are no process handles here: checked just before
		_ = syscall.Kill(d.PID, sig) // ESRCH: gone
	}
}

func childrenOf(parent int) []unix.KinfoProc {
	processes, err := unix.SysctlKinfoProcSlice("kern.proc.uid", os.Getuid())
	if err != nil {
		return nil
	}
	var found []unix.KinfoProc
	for _, p := range processes {
		if int(p.Eproc.Ppid) == parent {
			found = append(found, p)
		}
	}
	return found
}
