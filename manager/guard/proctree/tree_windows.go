package guard

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/windows"
)

// A system is the guard's host. The guard is in a job of
// its own, so that no descendant can outlive it, and each run is in one inside that,
// so that it can be ended as a whole. Without jobs (the guard was started in one
// that allows none inside, as some sandboxes are), lifelines and kills reach the
// services' own processes only, and the guard's log says so.
//
// The guard has no console, and services get one without a window.
type system struct {
	ended     chan os.Signal // something below us may have ended
	own       job
	leaving   departures
	processes map[int]*process // by pid, each until nothing is left of its run

	mu      sync.Mutex
	endings []ending
}

// process is one child that the guard started.
type process struct {
	pid      int
	lifeline *os.File // our end of its standard input, or nil
	handle   windows.Handle
	job      job // it and its descendants
	killed   atomic.Bool
}

// ending is how a child ended.
type ending struct {
	pid    int
	code   int    // -1 after a kill
	signal string // "SIGKILL" if that was ours, else empty: others leave only a status
}

// A stray is a descendant that the guard did not start itself.
type stray struct {
	pid int
	job job
}

func newSystem() *system {
	s := &system{ended: make(chan os.Signal, 1), processes: map[int]*process{}}
	var err error
	if s.own, err = jobOf(windows.CurrentProcess()); err != nil {
		complain(err)
	}
	// Its handle stays open until this process ends: that is its purpose.
	if s.leaving, err = newDepartures(); err != nil {
		complain(err)
		return s
	}
	s.leaving.of(s.own)
	go s.leaving.hear(s.notice)
	return s
}

func complain(err error) { fmt.Fprintln(os.Stderr, "agents-tray guard:", err) }

// notice wakes the guard.
func (s *system) notice() {
	select {
	case s.ended <- os.Interrupt:
	default: // a notice is waiting already
	}
}

// start runs argv in a job, a console and a process group of its own.
func (s *system) start(path string, argv, env []string, dir string, files []*os.File) (*process, error) {
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
	p := &process{pid: pid, handle: windows.Handle(handle)}
	if p.job, err = jobOf(p.handle); err != nil {
		complain(err)
	}
	s.leaving.of(p.job)
	if err := resume(p.handle); err != nil {
		_ = windows.TerminateProcess(p.handle, killedStatus) // it is there
		p.close()
		return nil, &os.PathError{Op: "resume", Path: path, Err: err}
	}
	s.processes[pid] = p
	go s.await(p)
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
func (s *system) await(p *process) {
	end := ending{pid: p.pid, code: -1}
	var code uint32
	_, err := windows.WaitForSingleObject(p.handle, windows.INFINITE)
	if err == nil && windows.GetExitCodeProcess(p.handle, &code) == nil {
		end.code = int(code)
	}
	if p.killed.Load() && code == killedStatus {
		end.code, end.signal = -1, "SIGKILL"
	}
	s.mu.Lock()
	s.endings = append(s.endings, end)
	s.mu.Unlock()
	s.notice()
}

func (p *process) close() {
	p.job.close()
	_ = windows.CloseHandle(p.handle) // its number may now be given again
}

var (
	kernel32      = windows.NewLazySystemDLL("kernel32.dll")
	attachConsole = kernel32.NewProc("AttachConsole")
	freeConsole   = kernel32.NewProc("FreeConsole")
)

// terminate ends the lifeline, or sends CTRL_BREAK through the child's console. It
// reaches the child's group, and those of its descendants that stayed in it.
func (s *system) terminate(p *process, _ string) {
	if p.lifeline != nil {
		p.lifeline.Close()
		p.lifeline = nil
		return
	}
	if ok, _, _ := attachConsole.Call(uintptr(p.pid)); ok != 0 { // only one at a time, hence one goroutine
		_ = windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.pid)) // else the deadline ends it
		freeConsole.Call()
	}
}

// killedStatus is the exit status of what is killed, as the Task Manager gives.
const killedStatus = 1

// kill ends the whole run.
func (s *system) kill(p *process) {
	p.killed.Store(true)
	if p.job != 0 {
		p.job.kill()
	} else {
		_ = windows.TerminateProcess(p.handle, killedStatus) // gone
	}
}

// reap collects the children that have ended. before is called for each.
func (s *system) reap(before func(pid int)) []ending {
	s.mu.Lock()
	endings := s.endings
	s.endings = nil
	s.mu.Unlock()
	for _, end := range endings {
		before(end.pid)
	}
	return endings
}

// alone reports whether nothing is left below the guard.
func (s *system) alone() bool {
	return len(s.processes) == 0 && len(s.strays(kinship{}, nil, nil)) == 0
}

// children is nil: strays asks the jobs.
func (s *system) children() []int { return nil }

// strays returns the living descendants of the guard that are of that kin and not
// in leaders. A run of which nothing is left is forgotten.
func (s *system) strays(of kinship, leaders map[int]bool, _ func() []int) []stray {
	if of == (kinship{}) {
		return strays(s.own, leaders)
	}
	p := s.processes[of.group]
	if p == nil {
		return nil
	}
	found := strays(p.job, leaders)
	if len(found) == 0 && !leaders[p.pid] {
		delete(s.processes, p.pid)
		p.close()
	}
	return found
}

func strays(j job, leaders map[int]bool) []stray {
	var found []stray
	for _, pid := range j.members() {
		if pid != os.Getpid() && !leaders[pid] {
			found = append(found, stray{pid, j})
		}
	}
	return found
}

// terminateStray has nothing to add: terminate has reached all that can be asked.
func (s *system) terminateStray(stray) {}

func (s *system) killStray(d stray) {
	if d.job == s.own { // the guard is in there, too
		d.job.killMember(d.pid)
	} else {
		d.job.kill()
	}
}

// requestPipe and eventPipe are the guard's ends of its pipes to the tray.
func requestPipe() *os.File { return os.Stdin }
func eventPipe() *os.File   { return os.Stdout }

// CountsWaiting says that Members.Waiting can be told; here nobody tells.
const CountsWaiting = false

func waiting(*os.File) int { return 0 }

// OOMKills is 0: this system ends no process for lack of memory.
func OOMKills() int { return 0 }
