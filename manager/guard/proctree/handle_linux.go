package proctree

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What the kernel gives, and since when:
//
//	3.4   PR_SET_CHILD_SUBREAPER: orphaned descendants become our children
//	5.1   pidfd_send_signal, 5.3 pidfd_open: signal a process, not a number
//	5.7   CLONE_INTO_CGROUP: start a process in a control group
//
// Containers and sandboxes refuse some of them on any kernel.

// A handle refers to one process for good, while its id may be given again. Without
// pidfd_open it is only that id.
type handle struct {
	pid int
	fd  int // -1 without
}

// open opens a handle of whoever has that id: what is to be known of it must be checked
// after that.
func open(pid int) handle {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		fd = -1
	}
	return handle{pid, fd}
}

func (h handle) close() {
	if h.fd >= 0 {
		_ = unix.Close(h.fd) // nothing was written
	}
}

// signal signals the process. That it has ended is no error.
func (h handle) signal(sig syscall.Signal) error {
	if h.fd >= 0 {
		if err := unix.PidfdSendSignal(h.fd, sig, nil, 0); err == nil || errors.Is(err, unix.ESRCH) {
			return nil
		} // EPERM is also what a sandbox says for a call that it does not know
	}
	if err := syscall.Kill(h.pid, sig); err != nil && err != syscall.ESRCH {
		return err
	}
	return nil
}

// wait returns when the process, with all its threads, has ended or the time is over.
func (h handle) wait(p process, until time.Time) {
	for h.fd >= 0 {
		timeout := max(0, int(time.Until(until).Milliseconds()))
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(h.fd), Events: unix.POLLIN}}, timeout)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
	poll(p, until)
}
