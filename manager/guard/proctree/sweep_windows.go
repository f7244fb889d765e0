package proctree

import (
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Objects by which the next start finds the guard of a session: a mutex that it owns until
// it ends, and its job.
func mutexName(session string) string { return `Local\agents-tray-guard-` + session }

func jobName(session string) string {
	if session == "" {
		return ""
	}
	return `Local\agents-tray-job-` + session
}

// holdName makes this process, the guard, the owner of its session's mutex until it ends.
// It must be called on the thread that lives as long as the process.
func holdName(session string) {
	if session == "" {
		return
	}
	name, err := windows.UTF16PtrFromString(mutexName(session))
	if err == nil {
		// The handle stays open: the system closes it at the end of this process.
		_, err = windows.CreateMutex(nil, true, name)
	}
	if err != nil && !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		complain(fmt.Errorf("be found by the next start: %w", err))
	}
}

// Sweep waits for a session's guard to end, which then has ended all that it started. After
// the grace it ends the guard's job. There are no journals here. The error tells that the
// guard lives on.
func Sweep(session string, _ []string, grace time.Duration) (int, error) {
	ended, err := awaitGuard(session, grace)
	if ended || err != nil {
		return 0, err
	}
	if err := endJob(session); err != nil {
		return 1, fmt.Errorf("end the guard of the last session: %w", err)
	}
	if ended, err = awaitGuard(session, KillTimeout); !ended {
		return 1, errors.Join(errors.New("the guard of the last session could not be ended"), err)
	}
	return 1, nil
}

// awaitGuard reports whether there is no such guard any more within that time.
func awaitGuard(session string, limit time.Duration) (ended bool, err error) {
	name, err := windows.UTF16PtrFromString(mutexName(session))
	if err != nil || session == "" {
		return true, err
	}
	runtime.LockOSThread() // a mutex is a thread's
	defer runtime.UnlockOSThread()
	mutex, err := windows.OpenMutex(windows.SYNCHRONIZE, false, name)
	if errors.Is(err, windows.ERROR_FILE_NOT_FOUND) {
		return true, nil
	} else if err != nil {
		return false, fmt.Errorf("look for the guard of the last session: %w", err)
	}
	defer windows.CloseHandle(mutex)
	switch state, err := windows.WaitForSingleObject(mutex, uint32(limit.Milliseconds())); {
	case err != nil:
		return false, fmt.Errorf("wait for the guard of the last session: %w", err)
	case state == uint32(windows.WAIT_TIMEOUT):
		return false, nil
	}
	_ = windows.ReleaseMutex(mutex) // its owner has ended: it was ours
	return true, nil
}

var openJobObject = kernel32.NewProc("OpenJobObjectW")

// endJob ends everything in the job of a session's guard, the guard included.
func endJob(session string) error {
	name, err := windows.UTF16PtrFromString(jobName(session))
	if err != nil {
		return err
	}
	const terminate = 0x8 // JOB_OBJECT_TERMINATE
	handle, _, err := openJobObject.Call(terminate, 0, uintptr(unsafe.Pointer(name)))
	if handle == 0 {
		return err
	}
	defer windows.CloseHandle(windows.Handle(handle))
	return windows.TerminateJobObject(windows.Handle(handle), killedStatus)
}

// SweepGuard does nothing on Windows: a guard's Job Object ends with the guard.
func SweepGuard(string, string) error { return nil }

// Journals and JournalsOf return nothing: there are none.
func Journals(string, string) []string   { return nil }
func JournalsOf(string, string) []string { return nil }
