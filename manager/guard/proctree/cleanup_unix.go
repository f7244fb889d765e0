//go:build unix

package proctree

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A CleanupHelper is a small child process that waits for the end of this one, the
// guard, and then ends the descendants that the guard has left. When a guard is killed,
// the kernel ends its own children, but not those of theirs that have left their process
// group.
//
// It is a shell, whose memory is a tenth of what another process of this program would
// take, and which executes this program (see SweepGuard) when there is something to do.
type CleanupHelper struct {
	PID      int    // 0 while there is none
	guard    string // value of GuardVariable
	lifeline *os.File
	started  time.Time
	short    int  // how often in a row it has ended within helperPause
	off      bool // stopped, or it cannot be started
}

// NewCleanupHelper returns the helper for what carries that value of GuardVariable in
// its environment. It is not started yet. With an empty value, it never is.
func NewCleanupHelper(guard string) *CleanupHelper { return &CleanupHelper{guard: guard} }

const (
	helperPause = time.Second // from one start to the next one, at least
	helperTries = 5           // after so many that ended within helperPause none is started any more
)

// helperScript waits for the end of file on its standard input. The name of its process
// is known to users and tests.
const helperScript = `trap '' HUP INT TERM; read -r _; exec "$0" guard sweep "$1" "$2"`

// Missing reports whether one is to be started.
func (h *CleanupHelper) Missing() bool { return h.PID == 0 && !h.off }

// NextStart is when the next one may be started.
func (h *CleanupHelper) NextStart() time.Time { return h.started.Add(helperPause) }

// Start starts a helper if there is none. It gets that journal to read.
func (h *CleanupHelper) Start(journal string) error {
	if h.PID != 0 || h.off || h.guard == "" {
		return nil
	}
	h.started = time.Now()
	self, path, err := openProgram()
	if err != nil {
		h.off = true
		return err
	}
	defer self.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	h.PID, err = syscall.ForkExec("/bin/sh", []string{"agents-tray-keeper", "-c", helperScript, path, h.guard, journal}, &syscall.ProcAttr{
		Dir: "/", Env: helperEnvironment(os.Environ()),
		Files: []uintptr{theirs.Fd(), null.Fd(), null.Fd(), self.Fd()},
		Sys:   DetachedAttributes(),
	})
	if err != nil {
		ours.Close()
		h.off = true
		return &os.PathError{Op: "start", Path: "/bin/sh", Err: err}
	}
	h.lifeline = ours
	return nil
}

// Reaped must be called with the id of each child that Tree.Reap has collected. It
// reports whether that was the helper.
func (h *CleanupHelper) Reaped(pid int) bool {
	if pid != h.PID || pid == 0 {
		return false
	}
	h.lifeline.Close()
	h.PID = 0
	if h.short++; time.Since(h.started) >= helperPause {
		h.short = 0
	}
	h.off = h.off || h.short == helperTries
	return true
}

// Stop ends the helper for good.
func (h *CleanupHelper) Stop() {
	if h.PID == 0 {
		return
	}
	_ = syscall.Kill(h.PID, syscall.SIGKILL) // not reaped yet, so the id is still its own
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(h.PID, &status, 0, nil); err != syscall.EINTR {
			break
		}
	}
	h.Reaped(h.PID)
	h.off = true
}

// helperEnvironment returns env without the variables by which SweepGuard would find the
// helper itself. Sweep finds it by CleanupVariable.
func helperEnvironment(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return name == SessionVariable || name == GuardVariable
	})
	return append(env, CleanupVariable+"="+os.Getenv(SessionVariable))
}
