package guard

import (
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A system is what the guard asks of the operating system. The guard puts itself in
// a Job Object that kills all its members when the guard's handle closes, so no
// descendant can outlive it.
type system struct {
	ended chan os.Signal

	mu      sync.Mutex
	endings []ending
	alive   int
}

type process struct {
	pid      int
	lifeline *os.File
	handle   *os.Process
}

type ending struct {
	pid    int
	code   int
	signal string
}

type stray struct{ pid int }

func newSystem() *system {
	ownJob()
	return &system{ended: make(chan os.Signal, 1)}
}

// ownJob puts this process into a job that ends with it. Without one (an old
// system inside another job), lifelines and groups still work.
func ownJob() {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
		},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = windows.AssignProcessToJobObject(job, windows.CurrentProcess())
	}
	if err != nil {
		_ = windows.CloseHandle(job) // it holds nothing
	}
	// Else the handle stays open until this process ends: that is its purpose.
}

func (s *system) start(path string, argv, env []string, dir string, files []*os.File) (*process, error) {
	handle, err := os.StartProcess(path, argv, &os.ProcAttr{
		Dir: dir, Env: env, Files: files,
		Sys: &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW},
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.alive++
	s.mu.Unlock()
	go func() {
		state, err := handle.Wait()
		end := ending{pid: handle.Pid, code: -1}
		if err == nil {
			end.code = state.ExitCode()
		}
		s.mu.Lock()
		s.endings = append(s.endings, end)
		s.alive--
		s.mu.Unlock()
		select {
		case s.ended <- os.Interrupt:
		default: // a notice is waiting already
		}
	}()
	return &process{pid: handle.Pid, handle: handle}, nil
}

var (
	kernel32      = windows.NewLazySystemDLL("kernel32.dll")
	attachConsole = kernel32.NewProc("AttachConsole")
	freeConsole   = kernel32.NewProc("FreeConsole")
)

// terminate ends the lifeline, and sends CTRL_BREAK through the child's console.
func (s *system) terminate(p *process, _ string) {
	if p.lifeline != nil {
		p.lifeline.Close()
		p.lifeline = nil
		return
	}
	freeConsole.Call()
	if ok, _, _ := attachConsole.Call(uintptr(p.pid)); ok != 0 {
		_ = windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.pid)) // else the deadline ends it
		freeConsole.Call()
	}
}

func (s *system) kill(p *process) { _ = p.handle.Kill() } // ErrProcessDone: gone

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

func (s *system) alone() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.alive == 0
}

func (s *system) strays(kinship, map[int]bool) []stray { return nil }
func (s *system) terminateStray(stray)                 {}
func (s *system) killStray(stray)                      {}

func requestPipe() *os.File { return os.Stdin }
func eventPipe() *os.File   { return os.Stdout }

// oomKills is 0: this system ends no process for lack of memory.
func oomKills() int { return 0 }
