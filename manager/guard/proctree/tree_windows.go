package proctree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/windows"
)

// A Tree is the processes below this one. This process is in a Job Object of its own,
// so that no descendant can outlive it, and each child is in one inside that, so that it
// can be ended with its descendants. Without jobs (this process was started in one that
// allows none inside, as some sandboxes are), lifelines and kills reach children only,
// and standard error says so.
//
// This process must have no console (see DetachedAttributes). Children get one without a
// window.
type Tree struct {
	// Ended receives a value after processes have ended. It holds one value at most.
	Ended     chan os.Signal
	own       job
	leaving   departures
	processes map[int]*Process // by pid, each until nothing is left of its run

	mu    sync.Mutex
	exits []Exit
}

// A Process is a child that Start has started.
type Process struct {
	PID       int
	Lifeline  *os.File // our end of its standard input, or nil
	Obeys     bool     // it stops at the end of its Lifeline
	Cgroup    string   // empty: there are no control groups
	Birthmark uint64   // 0: there are none
	handle    windows.Handle
	job       job // it and its descendants
	killed    atomic.Bool
}

// A Descendant is a process below this one that another one has started.
type Descendant struct {
	PID int
	job job
}

// New returns this process's tree, and puts this process into a Job Object that ends
// with it. Failing that is written to standard error.
func New() *Tree {
	t := &Tree{Ended: make(chan os.Signal, 1), processes: map[int]*Process{}}
	var err error
	holdName(os.Getenv(SessionVariable))
	if t.own, err = jobOf(windows.CurrentProcess(), jobName(os.Getenv(SessionVariable))); err != nil {
		complain(err)
	}
	// Its handle stays open until this process ends: that is its purpose.
	if t.leaving, err = newDepartures(); err != nil {
		complain(err)
		return t
	}
	t.leaving.of(t.own)
	go t.leaving.hear(t.notice)
	return t
}

func complain(err error) { fmt.Fprintln(os.Stderr, "agents-tray guard:", err) }

// notice tells that a process has ended.
func (t *Tree) notice() {
	select {
	case t.Ended <- os.Interrupt:
	default: // a notice is waiting already
	}
}

// Start runs the program at path in a job, a console and a process group of its own.
func (t *Tree) Start(_, path string, argv, env []string, dir string, files []*os.File) (*Process, error) {
	handles := make([]uintptr, len(files))
	for i, file := range files {
		handles[i] = file.Fd()
	}
	pid, handle, err := syscall.StartProcess(path, argv, &syscall.ProcAttr{
		Dir: dir, Env: env, Files: handles, Sys: &syscall.SysProcAttr{
			HideWindow: true,
			// It must be in its job before it can start anything.
			CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW | windows.CREATE_SUSPENDED,
		},
	})
	if errors.Is(err, windows.ERROR_BAD_EXE_FORMAT) || errors.Is(err, windows.ERROR_EXE_MACHINE_TYPE_MISMATCH) {
		err = fmt.Errorf("%w: %w", syscall.ENOEXEC, err)
	}
	if err != nil {
		return nil, &os.PathError{Op: "start", Path: path, Err: err}
	}
	p := &Process{PID: pid, handle: windows.Handle(handle)}
	if p.job, err = jobOf(p.handle, ""); err != nil {
		complain(err)
	}
	t.leaving.of(p.job)
	if err := resume(p.handle); err != nil {
		_ = windows.TerminateProcess(p.handle, killedStatus) // it is there
		p.close()
		return nil, &os.PathError{Op: "resume", Path: path, Err: err}
	}
	t.processes[pid] = p
	go t.await(p)
	return p, nil
}

var ntResumeProcess = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtResumeProcess")

// resume starts a suspended process: syscall does not give us its thread.
func resume(process windows.Handle) error {
	if status, _, _ := ntResumeProcess.Call(uintptr(process)); status != 0 {
		return windows.NTStatus(status)
	}
	return nil
}

// await owns the end of a child.
func (t *Tree) await(p *Process) {
	end := Exit{PID: p.PID, Code: -1}
	var code uint32
	_, err := windows.WaitForSingleObject(p.handle, windows.INFINITE)
	if err == nil && windows.GetExitCodeProcess(p.handle, &code) == nil {
		end.Code = int(code)
	}
	if p.killed.Load() && code == killedStatus {
		end.Code, end.Signal = -1, "SIGKILL"
	}
	t.mu.Lock()
	t.exits = append(t.exits, end)
	t.mu.Unlock()
	t.notice()
}

func (p *Process) close() {
	p.job.close()
	_ = windows.CloseHandle(p.handle) // its number may now be given again
}

var (
	kernel32      = windows.NewLazySystemDLL("kernel32.dll")
	attachConsole = kernel32.NewProc("AttachConsole")
	freeConsole   = kernel32.NewProc("FreeConsole")
)

// Terminate sends CTRL_BREAK through the child's console, unless the end of its lifeline is
// enough. It reaches the child's group, and those of its descendants that stayed in it.
func (t *Tree) Terminate(p *Process, _ string) {
	if p.Obeys {
		return // whoever calls this ends its lifeline
	}
	if ok, _, _ := attachConsole.Call(uintptr(p.PID)); ok != 0 { // only one at a time, hence one goroutine
		_ = windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.PID)) // else the deadline ends it
		freeConsole.Call()
	}
}

// killedStatus is the exit status of what is killed, as the Task Manager gives.
const killedStatus = 1

// Kill ends the process and its descendants.
func (t *Tree) Kill(p *Process) {
	p.killed.Store(true)
	if p.job != 0 {
		p.job.kill()
	} else {
		_ = windows.TerminateProcess(p.handle, killedStatus) // gone
	}
}

// Reap collects the children that have ended. before is called for each.
func (t *Tree) Reap(before func(pid int)) []Exit {
	t.mu.Lock()
	exits := t.exits
	t.exits = nil
	t.mu.Unlock()
	for _, end := range exits {
		before(end.PID)
	}
	return exits
}

// Keep, Journal, Forget and Close do nothing here: the jobs know the processes, and end
// with this one.
func (t *Tree) Keep(string) error { return nil }
func (t *Tree) Journal() string   { return "" }
func (t *Tree) Forget(Selector)   {}
func (t *Tree) Close()            {}

// Empty reports whether nothing is left below this process.
func (t *Tree) Empty() bool {
	if len(t.processes) > 0 {
		return false
	}
	found, err := t.Descendants(Selector{}, nil, nil)
	return err == nil && len(found) == 0
}

// Children returns nil: Descendants asks the jobs.
func (t *Tree) Children() ([]int, error) { return nil, nil }

// Descendants returns the living descendants of this process that of selects and that
// are not in leaders. A run of which nothing is left is forgotten. The error says that a
// job could not be asked: then there may be more.
func (t *Tree) Descendants(of Selector, leaders map[int]bool, _ func() ([]int, error)) ([]Descendant, error) {
	if of == (Selector{}) {
		return descendants(t.own, leaders)
	}
	p := t.processes[of.Group]
	if p == nil {
		return nil, nil
	}
	found, err := descendants(p.job, leaders)
	if err == nil && len(found) == 0 && !leaders[p.PID] {
		delete(t.processes, p.PID)
		p.close()
	}
	return found, err
}

func descendants(j job, leaders map[int]bool) ([]Descendant, error) {
	members, err := j.members()
	var found []Descendant
	for _, pid := range members {
		if pid != os.Getpid() && !leaders[pid] {
			found = append(found, Descendant{pid, j})
		}
	}
	return found, err
}

// TerminateDescendant does nothing: Terminate has reached all that can be asked.
func (t *Tree) TerminateDescendant(Descendant) error { return nil }

// KillDescendant ends it; one that belongs to a run with all others of that run.
func (t *Tree) KillDescendant(d Descendant) error {
	if d.job == t.own { // this process is in there, too
		return d.job.killMember(d.PID)
	}
	d.job.kill()
	return nil
}

// AnnouncesEnds reports whether Tree.Ended tells of the last descendant's end, too.
func (t *Tree) AnnouncesEnds() bool { return true }

// InGroup reports whether it has been asked to stop with that leader.
func (t *Tree) InGroup(Descendant, int) bool { return true }

// Refuses reports whether the process may not be ended by this user: whoever is in a job of
// ours may.
func (t *Tree) Refuses(Descendant) bool { return false }

// Describe tells who is left of descendants and leaders that were found and could not be
// ended.
func (t *Tree) Describe(found []Descendant, leaders ...*Process) []LeftProcess {
	var left []LeftProcess
	for _, d := range found {
		left = append(left, describe(d.PID))
	}
	for _, p := range leaders {
		left = append(left, describe(p.PID))
	}
	return left
}

func describe(pid int) LeftProcess {
	left := LeftProcess{PID: pid, Name: "a process", Why: StillEnding}
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return left
	}
	defer windows.CloseHandle(process)
	path := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(path))
	if windows.QueryFullProcessImageName(process, 0, &path[0], &size) == nil {
		left.Name = filepath.Base(windows.UTF16ToString(path[:size]))
	}
	return left
}
