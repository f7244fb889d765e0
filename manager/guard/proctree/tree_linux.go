package guard

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

// adopt makes orphaned descendants children of the guard.
func adopt() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// survivorAttributes are those of a process that has work to do once its parent has
// ended: even a stopped one is resumed then. The kernel resumes orphaned process groups
// by itself, but not one that is only about to stop at that moment.
func survivorAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGCONT}
}

// reap collects the children that have ended. before is called for each while its
// number is still its own.
func (s *system) reap(before func(pid int)) []ending {
	var endings []ending
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		pid := pidOf(&info)
		if err != nil || pid == 0 {
			return endings
		}
		before(pid)
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, 0, nil); err == nil {
			endings = append(endings, endingOf(pid, status))
		}
	}
}

// pidOf reads si_pid, which x/sys leaves in the unnamed part of Siginfo: the first
// word of the union after three integers, aligned to the pointer size.
func pidOf(info *unix.Siginfo) int {
	const offset = 8 + unsafe.Sizeof(uintptr(0))
	return int(*(*int32)(unsafe.Add(unsafe.Pointer(info), offset)))
}

// alone reports whether the guard has no child at all, dead or alive.
func (s *system) alone() bool {
	err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	return errors.Is(err, unix.ECHILD)
}

// children are the guard's own: what it has started, and orphans of that.
func (s *system) children() []int { return children(os.Getpid()) }

// strays returns the living descendants of the guard that are of that kin and not
// in leaders. Those of a run are below its leader or, without their parents, the
// guard's own children; what other leaders have below them is none of its business.
func (s *system) strays(of kinship, leaders map[int]bool, own func() []int) []stray {
	var found []stray
	seen := map[int]bool{}
	var walk func(pids []int)
	walk = func(pids []int) {
		for _, pid := range pids {
			if seen[pid] {
				continue
			}
			seen[pid] = true
			if leaders[pid] && pid != of.group {
				continue
			}
			if d := (stray{pid, of}); !leaders[pid] && d.still() {
				found = append(found, d)
			}
			walk(children(pid))
		}
	}
	walk(own())
	return found
}

// A stray is a descendant that the guard did not start itself.
type stray struct {
	pid int
	of  kinship
}

// still reports whether the process lives, below the guard, and is of the kin it was
// found to be. Its number, and that of its group, may have come to be a stranger's.
func (d stray) still() bool {
	fields, err := procStat(d.pid)
	if err != nil || fields[0][0] == 'Z' || fields[0][0] == 'X' || !descendsFrom(d.pid, os.Getpid()) {
		return false
	}
	if d.of == (kinship{}) || string(fields[2]) == strconv.Itoa(d.of.group) {
		return true
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", d.pid))
	return err == nil && marked(string(environ), d.of.mark)
}

// signal sends sig through a handle, after a look that it is still the process
// that was found.
func (d stray) signal(sig syscall.Signal) {
	fd, err := unix.PidfdOpen(d.pid, 0)
	if err != nil {
		return // gone
	}
	defer unix.Close(fd)
	if d.still() {
		_ = unix.PidfdSendSignal(fd, sig, nil, 0) // ESRCH: gone
	}
}

func (s *system) terminateStray(d stray) {
	d.signal(syscall.SIGTERM)
	d.signal(syscall.SIGCONT)
}
func (s *system) killStray(d stray) { d.signal(syscall.SIGKILL) }

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

// CountsWaiting says that Members.Waiting can be told.
const CountsWaiting = true

// waiting returns how many connections of a listening socket have not been accepted,
// which the kernel tells where it tells of other sockets what is not acknowledged.
func waiting(socket *os.File) (n int) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) { // a socket that is open
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			n = int(info.Unacked)
		}
	})
	return n
}

// OOMKills returns how many processes the system has ended for lack of memory, in a
// control group or altogether, since it was started.
func OOMKills() int {
	counters, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return 0 // then nothing is said of memory
	}
	for line := range bytes.Lines(counters) {
		if count, ok := bytes.CutPrefix(line, []byte("oom_kill ")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(count))) // the kernel writes numbers
			return n
		}
	}
	return 0
}

// ownProgram opens this program's file, and names it for a process that has it as
// descriptor 3: the file may be replaced or removed while it runs.
func ownProgram() (*os.File, string, error) {
	file, err := os.Open("/proc/self/exe")
	return file, "/proc/self/fd/3", err
}
