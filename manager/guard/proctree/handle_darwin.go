package proctree

import (
	"syscall"
	"time"
)

// A handle is only a process id: there are no process handles here, so what is to be known
// of a process is checked just before its signal.
type handle struct{ pid int }

func open(pid int) handle { return handle{pid} }

func (h handle) close() {}

// signal signals the process. That it has ended is no error.
func (h handle) signal(sig syscall.Signal) error {
	if err := syscall.Kill(h.pid, sig); err != nil && err != syscall.ESRCH {
		return err
	}
	return nil
}

// wait returns when the process has ended or the time is over.
func (h handle) wait(p process, until time.Time) { poll(p, until) }
