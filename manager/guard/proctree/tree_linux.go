package proctree

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the kernel gives, and since when:
//
//	3.4   PR_SET_CHILD_SUBREAPER: orphaned descendants become our children
//	5.1   pidfd_send_signal, 5.3 pidfd_open: signal a process, not a number

// becomeSubreaper makes orphaned descendants children of this process.
func becomeSubreaper() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// DetachedAttributes start a process that has work to do once its parent has ended: it is
// in a process group of its own, which the terminal's Ctrl-C does not reach, and it is
// resumed at its parent's end if it was stopped. The kernel resumes orphaned process
// groups by itself, but not one that is only about to stop at that moment.
func DetachedAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGCONT}
}

// Reap collects the children that have ended. before is called for each while it is a
// zombie, so that neither its id nor that of its group can belong to anybody else.
func (t *Tree) Reap(before func(pid int)) []Exit {
	var exits []Exit
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		pid := pidOf(&info)
		if err != nil || pid == 0 {
			return exits
		}
		before(pid)
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, 0, nil); err == nil {
			exits = append(exits, exitOf(pid, status))
		}
	}
}

// pidOf reads si_pid, which x/sys leaves in the unnamed part of Siginfo: the first
// word of the union after three integers, aligned to the pointer size.
func pidOf(info *unix.Siginfo) int {
	const offset = 8 + unsafe.Sizeof(uintptr(0))
	return int(*(*int32)(unsafe.Add(unsafe.Pointer(info), offset)))
}

// Empty reports whether this process has no child at all, dead or alive.
func (t *Tree) Empty() bool {
	err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	return errors.Is(err, unix.ECHILD)
}

// Children returns this process's own children: those it has started, and orphaned
// descendants.
func (t *Tree) Children() []int { return children(os.Getpid()) }

// Descendants returns the living descendants of this process that of selects and that
// are not in leaders. Those of a run are below its leader or, orphaned, below own, which
// is Children or a value read from it a moment ago. What other leaders have below them is
// not looked at.
func (t *Tree) Descendants(of Selector, leaders map[int]bool, own func() []int) []Descendant {
	var found []Descendant
	seen := map[int]bool{}
	var walk func(pids []int)
	walk = func(pids []int) {
		for _, pid := range pids {
			if seen[pid] {
				continue
			}
			seen[pid] = true
			if leaders[pid] && pid != of.Group {
				continue
			}
			if d := (Descendant{pid, of}); !leaders[pid] && d.still() {
				found = append(found, d)
			}
			walk(children(pid))
		}
	}
	walk(own())
	return found
}

// A Descendant is a process below this one that another one has started.
type Descendant struct {
	PID int
	of  Selector
}

// still reports whether the process lives below this one and is selected still. Its id,
// and that of its group, may belong to another process by now.
func (d Descendant) still() bool {
	fields, err := procStat(d.PID)
	if err != nil || fields[0][0] == 'Z' || fields[0][0] == 'X' || !descendsFrom(d.PID, os.Getpid()) {
		return false
	}
	if d.of == (Selector{}) || string(fields[2]) == strconv.Itoa(d.of.Group) {
		return true
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", d.PID))
	return err == nil && holds(string(environ), d.of.Variable)
}

// signal sends sig through a handle, which is opened before it is checked that the
// process is still the one that was found.
func (d Descendant) signal(sig syscall.Signal) {
	fd, err := unix.PidfdOpen(d.PID, 0)
	if err != nil {
		return // gone
	}
	defer unix.Close(fd)
	if d.still() {
		_ = unix.PidfdSendSignal(fd, sig, nil, 0) // ESRCH: gone
	}
}

// TerminateDescendant asks it to stop, by SIGTERM.
func (t *Tree) TerminateDescendant(d Descendant) {
	d.signal(syscall.SIGTERM)
	d.signal(syscall.SIGCONT)
}

// KillDescendant ends it.
func (t *Tree) KillDescendant(d Descendant) { d.signal(syscall.SIGKILL) }

// children returns the child processes of pid.
func children(pid int) []int {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil // gone
	}
	var pids []int
	for _, task := range tasks {
		list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		if err != nil {
			continue // the thread ended
		}
		for field := range bytes.FieldsSeq(list) {
			if child, err := strconv.Atoi(string(field)); err == nil {
				pids = append(pids, child)
			}
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids)
}

// procStat returns the fields of /proc/PID/stat from the state (field 3) on.
func procStat(pid int) ([][]byte, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	// The name in parentheses may hold anything, parentheses included.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return nil, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	return fields, nil
}

// descendsFrom reports whether ancestor is above pid.
func descendsFrom(pid, ancestor int) bool {
	for pid > 1 {
		fields, err := procStat(pid)
		if err != nil {
			return false
		}
		if pid, err = strconv.Atoi(string(fields[1])); err != nil {
			return false
		}
		if pid == ancestor {
			return true
		}
	}
	return false
}
