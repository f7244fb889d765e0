//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/tray/traytest"
)

// What cannot be ended is told by name at the end and at the next start, and the end is not
// recorded as a clean one. Here a debugger holds it; for another user's process see
// TestWhatHasBecomeRoots of the guard.
func TestWhatCannotBeEndedIsTold(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread() // it is the thread that traces
	defer runtime.UnlockOSThread()
	u := newUser(t).withDesktop()
	u.WithServices(`  held: {command: [sleep, "600"], stop: {timeout: 200ms}}` + "\n")
	p := u.launchExactly()
	var pid int
	p.Status("held runs", func(s control.Status) bool {
		held, _ := s.Service("held")
		pid = held.PID
		return held.State == manager.Ready
	})
	release := hold(t, pid)
	must(t, p.Process.Signal(syscall.SIGTERM))
	named := fmt.Sprintf("sleep (pid %d", pid)
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, named) })
	status, printed := p.End(), p.Out.String()
	if status == 0 || !strings.Contains(printed, named) || strings.Contains(printed, "Everything is stopped") {
		t.Errorf("exit status %d: %s", status, printed)
	}
	sessions := u.record()
	if last := sessions[len(sessions)-1]; last.ending != "left running" || !strings.Contains(last.detail, named) ||
		!slices.ContainsFunc(last.events, func(e event) bool { return e.kind == "left running" && strings.Contains(e.detail, named) }) {
		t.Errorf("it recorded %+v", last)
	}
	release()

	p = u.launchExactly()
	item := p.Item()
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return strings.Contains(warning(menu), "something ran on") })
	if past := u.Command("sessions"); !strings.Contains(past, "Could not end everything") {
		t.Errorf("its sessions: %s", past)
	}
	p.quit()
}

// hold has this thread be the debugger of a process, and returns what lets it end. The thread must
// be locked.
func hold(t *testing.T, pid int) (release func()) {
	t.Helper()
	if _, _, err := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(pid), 0, 0, 0, 0); err != 0 {
		t.Fatalf("trace %d: %v", pid, err)
	}
	return func() {
		for {
			var status unix.WaitStatus
			if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err == nil && status.Stopped() {
				_ = unix.PtraceCont(pid, int(status.StopSignal())) // killed meanwhile
			} else if !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}
}

// In the terminal that is told also where another service has failed to start.
func TestWhatIsLeftIsToldBesideAFailure(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	u := newUser(t)
	u.WithServices("  held: {command: sleep 600, stop: {timeout: 200ms}}\n  missing: {command: /no/such/program}\n")
	p := u.launchExactly("ui")
	var pid int
	p.Status("held runs", func(s control.Status) bool {
		held, _ := s.Service("held")
		missing, _ := s.Service("missing")
		pid = held.PID
		return held.State == manager.Ready && missing.State == manager.Failed
	})
	release := hold(t, pid)
	must(t, p.Process.Signal(syscall.SIGTERM))
	if status, printed := p.End(), p.Out.String(); status == 0 || !strings.Contains(printed, fmt.Sprintf("sleep (pid %d", pid)) {
		t.Errorf("exit status %d: %s", status, printed)
	}
	release()
}

// Without the record of the last session, its processes are known by the guard's journal.
func TestWhatIsLeftIsEndedWithoutARecord(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	child := u.leaveOneRunning()
	files, err := filepath.Glob(u.State("session.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no record: %v", err)
	}
	for _, file := range files {
		must(t, os.Remove(file))
	}
	p := u.launchExactly("ui")
	p.Status("s runs again", is("s", manager.Ready))
	if guardtest.Lives(child) {
		t.Error("it lives on")
	}
	p.quit()
	if left, err := filepath.Glob(u.State("processes/*")); err != nil || len(left) > 0 {
		t.Errorf("journals are left: %q, %v", left, err)
	}
}

// A guard that answers no more does not hold the end: the tray ends it, and what it had
// started.
func TestAFrozenGuardDoesNotHoldTheEnd(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	all := u.Processes()
	at := slices.IndexFunc(all, func(p process) bool { return p.Role == "guard" })
	if at < 0 {
		t.Fatalf("no guard among %v", all)
	}
	all[at].Kill(syscall.SIGSTOP)
	p.quit()
}
