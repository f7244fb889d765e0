package guard

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// macOS has neither a subreaper nor a parent-death signal: descendants that left
// their group are found by the mark in their environment.

func adopt() {}

func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// survivorAttributes are those of a process that has work to do once its parent has
// ended.
func survivorAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// reap collects the children that have ended. Only processes that the guard started
// are its children here, so the group's number is safe until Wait4 returns for its
// leader; before is called just ahead of that.
func (s *system) reap(before func(pid int)) []ending {
	var endings []ending
	for _, p := range childrenOf(os.Getpid()) {
		if p.Proc.P_stat != zombieState {
			continue
		}
		pid := int(p.Proc.P_pid)
		before(pid)
		var status syscall.WaitStatus
		if got, err := syscall.Wait4(pid, &status, syscall.WNOHANG, nil); err == nil && got == pid {
			endings = append(endings, endingOf(pid, status))
		}
	}
	return endings
}

const zombieState = 5 // SZOMB in sys/proc.h

func (s *system) alone() bool {
	return len(childrenOf(os.Getpid())) == 0 && len(s.strays(kinship{}, nil, nil)) == 0
}

// children is nil: strays looks at all processes.
func (s *system) children() []int { return nil }

// A stray is a descendant that the guard did not start itself.
type stray struct {
	pid  int
	mark string
}

// strays returns the living processes of that kin; the zero kinship is that of all
// who carry this session's mark.
func (s *system) strays(of kinship, leaders map[int]bool, _ func() []int) []stray {
	mark := of.mark
	if mark == "" {
		mark = MarkEnvironment + "=" + os.Getenv(MarkEnvironment)
	}
	processes, err := unix.SysctlKinfoProcSlice("kern.proc.uid", os.Getuid())
	if err != nil {
		return nil
	}
	var found []stray
	for _, p := range processes {
		pid := int(p.Proc.P_pid)
		if p.Proc.P_stat != zombieState && pid != os.Getpid() && !leaders[pid] && (of.group != 0 && int(p.Eproc.Pgid) == of.group || carries(pid, mark)) {
			found = append(found, stray{pid, mark})
		}
	}
	return found
}

// carries reports whether the arguments and environment of pid hold the assignment.
func carries(pid int, assignment string) bool {
	block, err := unix.SysctlRaw("kern.procargs2", pid)
	return err == nil && marked(string(block), assignment)
}

func (s *system) terminateStray(d stray) { d.signal(syscall.SIGTERM) }
func (s *system) killStray(d stray)      { d.signal(syscall.SIGKILL) }

func (d stray) signal(sig syscall.Signal) {
	if carries(d.pid, d.mark) { // there are no process handles here: look just before
		_ = syscall.Kill(d.pid, sig) // ESRCH: gone
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

// CountsWaiting says that Members.Waiting can be told; here nobody tells.
const CountsWaiting = false

func waiting(*os.File) int { return 0 }

// OOMKills is 0: the system does not count them where they could be read.
func OOMKills() int { return 0 }

// ownProgram opens this program's file, and names it for a process that has it as
// descriptor 3.
func ownProgram() (*os.File, string, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	file, err := os.Open(path)
	return file, path, err
}
