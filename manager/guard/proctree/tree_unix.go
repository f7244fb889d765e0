//go:build unix

package proctree

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Tree is the processes below this one. Its methods must be called from one goroutine,
// locked to its thread: a child is killed when the thread that started it ends.
type Tree struct {
	// Ended receives a value after children have ended. It holds one value at most.
	Ended chan os.Signal

	seen    map[int]seen // by process id; see belongs
	crowded int          // when there are more of them, those that have ended are forgotten
	born    int          // how many runs there were
	journal *journal     // nil: none is kept
	groups  *cgroups     // nil: none is delegated to us
	adopts  bool         // orphaned descendants become children of this process
}

// A Process is a child that Start has started.
type Process struct {
	PID       int
	Lifeline  *os.File // our end of its standard input, or nil
	Obeys     bool     // it stops at the end of its Lifeline
	Cgroup    string   // folder of its control group, or empty
	Birthmark uint64   // of its run; 0: it has none
}

// New returns this process's tree. Where the system allows, this process becomes the
// parent of all orphaned descendants.
func New() *Tree {
	t := &Tree{Ended: make(chan os.Signal, 1), groups: newCgroups()}
	signal.Notify(t.Ended, syscall.SIGCHLD)
	t.adopts = becomeSubreaper()
	return t
}

// Keep has the tree keep a journal in a folder, for Sweep. Without one, what was left by a
// guard that was killed is found by its environment only.
func (t *Tree) Keep(folder string) (err error) {
	t.journal, err = newJournal(folder)
	return err
}

// Journal is the file of the journal; empty without one.
func (t *Tree) Journal() string { return t.journal.path() }

// Close removes what the tree has kept for others. Nothing may be left below it.
func (t *Tree) Close() {
	t.journal.remove()
	t.groups.removeAll()
}

// Start runs the program at path in a process group of its own, and in a control group of
// its own where that is delegated to us. variable is its Selector's. files become its
// descriptors 0, 1, 2, …
func (t *Tree) Start(variable, path string, argv, env []string, dir string, files []*os.File) (*Process, error) {
	descriptors := make([]uintptr, len(files))
	for i, file := range files {
		descriptors[i] = file.Fd()
	}
	attributes := &syscall.ProcAttr{Dir: dir, Env: env, Files: descriptors, Sys: childAttributes()}
	var pid int
	var cgroup string
	var err error
	t.born++
	birthmark := bear(birthmark(os.Getenv(GuardVariable), t.born), func() { pid, cgroup, err = t.groups.fork(path, argv, attributes) })
	if err != nil {
		return nil, &os.PathError{Op: "start", Path: path, Err: err}
	}
	if p, err := lookup(pid); err == nil { // it has not been reaped yet
		if t.seen == nil {
			t.seen = map[int]seen{}
		}
		t.seen[pid] = seen{p, pid}
		t.journal.add(variable, p, cgroup, birthmark)
	}
	return &Process{PID: pid, Cgroup: cgroup, Birthmark: birthmark}, nil
}

// Terminate asks the whole group to stop, by the signal of that name without "SIG";
// SIGTERM if there is none such.
func (t *Tree) Terminate(p *Process, name string) {
	sig := unix.SignalNum("SIG" + name)
	if sig == 0 {
		sig = syscall.SIGTERM
	}
	t.signalGroup(p, sig)
	t.signalGroup(p, syscall.SIGCONT) // a stopped process cannot stop
}

// Kill ends the whole group.
func (t *Tree) Kill(p *Process) { t.signalGroup(p, syscall.SIGKILL) }

// signalGroup must be called before the group's leader is reaped: until then the
// group's id cannot belong to anybody else. The leader is signalled in whatever group it is.
func (t *Tree) signalGroup(p *Process, sig syscall.Signal) {
	if group, err := syscall.Getpgid(p.PID); err == nil && group != p.PID {
		_ = syscall.Kill(p.PID, sig) // the same
	}
	_ = syscall.Kill(-p.PID, sig) // ESRCH: nobody is left, which is what was wanted
}

// exitOf translates a wait status.
func exitOf(pid int, status syscall.WaitStatus) Exit {
	if status.Signaled() {
		return Exit{pid, -1, unix.SignalName(status.Signal())}
	}
	return Exit{pid, status.ExitStatus(), ""}
}
