//go:build unix

package guard

import (
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A system is the guard's host. Its methods are called
// from one goroutine, locked to its thread: the parent-death signal of a child fires
// when the thread that made it ends.
type system struct {
	ended chan os.Signal // something below us may have ended
}

// process is one child that the guard started.
type process struct {
	pid      int
	lifeline *os.File // our end of its standard input, or nil
}

// ending is how a child ended.
type ending struct {
	pid    int
	code   int // -1 after a signal
	signal string
}

func newSystem() *system {
	s := &system{ended: make(chan os.Signal, 1)}
	signal.Notify(s.ended, syscall.SIGCHLD)
	// A pipe whose reader was killed must be an error to us, not our death.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	adopt()
	return s
}

// start runs argv in a process group of its own. files become its descriptors
// 0, 1, 2, …
func (s *system) start(path string, argv, env []string, dir string, files []*os.File) (*process, error) {
	descriptors := make([]uintptr, len(files))
	for i, file := range files {
		descriptors[i] = file.Fd()
	}
	pid, err := syscall.ForkExec(path, argv, &syscall.ProcAttr{
		Dir: dir, Env: env, Files: descriptors, Sys: childAttributes(),
	})
	if err != nil {
		return nil, &os.PathError{Op: "start", Path: path, Err: err}
	}
	return &process{pid: pid}, nil
}

// terminate asks the whole group to stop, by the signal of that name.
func (s *system) terminate(p *process, name string) {
	sig := unix.SignalNum("SIG" + name)
	if sig == 0 {
		sig = syscall.SIGTERM
	}
	s.signalGroup(p, sig)
	_ = syscall.Kill(-p.pid, syscall.SIGCONT) // a stopped process cannot stop
}

// kill ends the whole group.
func (s *system) kill(p *process) { s.signalGroup(p, syscall.SIGKILL) }

// signalGroup must be called before the group's leader is reaped: until then the
// group's number cannot belong to anybody else.
func (s *system) signalGroup(p *process, sig syscall.Signal) {
	_ = syscall.Kill(-p.pid, sig) // ESRCH: nobody is left, which is what was wanted
}

// endingOf translates a wait status.
func endingOf(pid int, status syscall.WaitStatus) ending {
	if status.Signaled() {
		return ending{pid, -1, unix.SignalName(status.Signal())}
	}
	return ending{pid, status.ExitStatus(), ""}
}

// nonBlocking lets the runtime poll a standard stream instead of parking a thread.
func nonBlocking(fd int, name string) *os.File {
	_ = syscall.SetNonblock(fd, true) // at worst a thread waits in read
	return os.NewFile(uintptr(fd), name)
}

// requestPipe and eventPipe are the guard's ends of its pipes to the tray.
func requestPipe() *os.File { return nonBlocking(0, "requests") }
func eventPipe() *os.File   { return nonBlocking(1, "events") }

// marked reports whether an environment block holds the assignment.
func marked(environ, assignment string) bool {
	return strings.HasPrefix(environ, assignment+"\x00") || strings.Contains(environ, "\x00"+assignment+"\x00")
}
