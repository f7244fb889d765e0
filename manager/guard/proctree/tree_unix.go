//go:build unix

package proctree

import (
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Tree is the processes below this one. Its methods must be called from one goroutine,
// locked to its thread: a child is killed when the thread that started it ends.
type Tree struct {
	// Ended receives a value after children have ended. It holds one value at most.
	Ended chan os.Signal
}

// A Process is a child that Start has started.
type Process struct {
	PID      int
	Lifeline *os.File // our end of its standard input, or nil
}

// New returns this process's tree. Where the system allows, this process becomes the
// parent of all orphaned descendants.
func New() *Tree {
	t := &Tree{Ended: make(chan os.Signal, 1)}
	signal.Notify(t.Ended, syscall.SIGCHLD)
	becomeSubreaper()
	return t
}

// Start runs the program at path in a process group of its own. files become its
// descriptors 0, 1, 2, …
func (t *Tree) Start(path string, argv, env []string, dir string, files []*os.File) (*Process, error) {
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
	return &Process{PID: pid}, nil
}

// Terminate asks the whole group to stop, by the signal of that name without "SIG";
// SIGTERM if there is none such.
func (t *Tree) Terminate(p *Process, name string) {
	sig := unix.SignalNum("SIG" + name)
	if sig == 0 {
		sig = syscall.SIGTERM
	}
	t.signalGroup(p, sig)
	_ = syscall.Kill(-p.PID, syscall.SIGCONT) // a stopped process cannot stop
}

// Kill ends the whole group.
func (t *Tree) Kill(p *Process) { t.signalGroup(p, syscall.SIGKILL) }

// signalGroup must be called before the group's leader is reaped: until then the
// group's id cannot belong to anybody else.
func (t *Tree) signalGroup(p *Process, sig syscall.Signal) {
	_ = syscall.Kill(-p.PID, sig) // ESRCH: nobody is left, which is what was wanted
}

// exitOf translates a wait status.
func exitOf(pid int, status syscall.WaitStatus) Exit {
	if status.Signaled() {
		return Exit{pid, -1, unix.SignalName(status.Signal())}
	}
	return Exit{pid, status.ExitStatus(), ""}
}

// holds reports whether an environment block holds the assignment.
func holds(environ, assignment string) bool {
	return strings.HasPrefix(environ, assignment+"\x00") || strings.Contains(environ, "\x00"+assignment+"\x00")
}
