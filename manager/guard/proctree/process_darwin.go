package proctree

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A process is what the system says of one at a moment. Its id may be given again once it
// has ended, so PID and start together are its identity.
type process struct {
	pid, parent, group, session int    // session is not told here: 0
	start                       uint64 // in microseconds since 1970
	state                       int8
	user                        int
	name                        string
}

const zombieState = 5 // SZOMB in sys/proc.h

func (p process) gone() bool { return p.state == zombieState }

// same reports whether q is the same process at another moment.
func (p process) same(q process) bool { return p.pid == q.pid && p.start == q.start }

func processOf(k *unix.KinfoProc) process {
	began := time.Unix(k.Proc.P_starttime.Unix())
	return process{
		pid: int(k.Proc.P_pid), parent: int(k.Eproc.Ppid), group: int(k.Eproc.Pgid), start: uint64(began.UnixMicro()),
		state: k.Proc.P_stat, user: int(k.Eproc.Ucred.Uid), name: commandName(k.Proc.P_comm[:]),
	}
}

func commandName(comm []byte) string {
	name, _, _ := bytes.Cut(comm, []byte{0})
	return string(name)
}

// lookup asks the system for a process. The error is fs.ErrNotExist if there is none.
func lookup(pid int) (process, error) {
	found, err := unix.SysctlKinfoProcSlice("kern.proc.pid", pid)
	if err != nil {
		return process{}, err
	}
	if len(found) == 0 {
		return process{}, fs.ErrNotExist
	}
	return processOf(&found[0]), nil
}

// processes returns all processes.
func processes() ([]process, error) {
	list, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, os.NewSyscallError("sysctl kern.proc.all", err)
	}
	found := make([]process, len(list))
	for i := range list {
		found[i] = processOf(&list[i])
	}
	return found, nil
}

// environ returns the arguments and the environment that a process was started with. The
// system gives no environment of programs of its own, such as /bin/sleep.
func environ(pid int) (string, error) {
	block, err := unix.SysctlRaw("kern.procargs2", pid)
	return strings.Clone(string(block)), err
}

func details(p process) (name string, user int, traced bool) { return p.name, p.user, false }
