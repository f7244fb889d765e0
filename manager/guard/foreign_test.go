//go:build linux

package guard

import (
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

// foreign are processes that resemble ours, each by something that a careless sweep
// would go by.
func foreign(t *testing.T, c *conversation) map[string]*guardtest.Witness {
	with := func(pairs ...string) func(*exec.Cmd) {
		return func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, pairs...) }
	}
	witnesses := map[string]*guardtest.Witness{}
	for what, change := range map[string]func(*exec.Cmd){
		"the same program with the same command line": nil,
		"one with a longer mark":                      with(proctree.SessionVariable+"="+c.mark+"2", proctree.RunVariable+"=s/12"),
		"one with a shorter mark":                     with(proctree.SessionVariable+"="+c.mark[:len(c.mark)-1], proctree.RunVariable+"=s/"),
		"one with our mark in another variable":       with("X=" + c.session() + " " + proctree.RunVariable + "=s/1"),
		"one with our mark in a longer name":          with("X"+c.session(), "X"+proctree.RunVariable+"=s/1"),
		"one of another session":                      with(proctree.SessionVariable+"=another", proctree.RunVariable+"=s/1"),
		"one of another session's cleanup helper":     with(proctree.CleanupVariable + "=another"),
	} {
		witnesses[what] = guardtest.StartWitness(t, change)
	}
	// Only root could signal, or see the mark of, another user's process at all.
	if os.Getuid() == 0 {
		witnesses["another user's, with our mark"] = guardtest.StartWitness(t, func(cmd *exec.Cmd) {
			with(c.session(), proctree.RunVariable+"=s/1", proctree.CleanupVariable+"="+c.mark)(cmd)
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		})
	}
	return witnesses
}

func TestNothingForeignIsSignalled(t *testing.T) {
	for name, end := range map[string]func(c *conversation, service *Started){
		"a service is stopped": func(c *conversation, _ *Started) {
			c.send(Request{Stop: &Stop{"s", 1, 50 * time.Millisecond}})
			c.exited()
			c.gone()
		},
		"a service is killed": func(c *conversation, service *Started) {
			_ = syscall.Kill(service.PID, syscall.SIGKILL) // the guard's child
			c.exited()
			c.gone()
		},
		"everything is stopped": func(c *conversation, _ *Started) {
			c.send(Request{Shutdown: &Shutdown{50 * time.Millisecond}})
		},
		"the tray is gone": func(c *conversation, _ *Started) { c.Close() },
		"the guard is killed, and the cleanup helper does the rest": func(c *conversation, _ *Started) { c.Kill() },
		"the next start sweeps": func(c *conversation, _ *Started) {
			if n, err := proctree.Sweep(c.mark, nil, 0); n == 0 || err != nil {
				c.t.Errorf("swept %d: %v", n, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := launch(t, 50*time.Millisecond)
			witnesses := foreign(t, c)
			// The witnesses' own program, with their command line, is the service.
			service := c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Witnesses)})
			end(c, service)
			c.Close()
			for range c.Events() {
			}
			for end := time.Now().Add(5 * time.Second); len(guardtest.Left(c.session(), proctree.RunVariable+"=s/1")) > 1 && time.Now().Before(end); {
				time.Sleep(2 * time.Millisecond) // the helper works
			}
			for what, witness := range witnesses {
				witness.Untouched(what)
			}
			if w := witnesses["another user's, with our mark"]; w != nil {
				w.End() // else it would be taken for left behind
			}
		})
	}
}

// A service in a debugger is stopped as any other, whether the debugger attends to it
// or not; the debugger goes on.
func TestAServiceInADebugger(t *testing.T) {
	for name, debug := range map[string]struct {
		attends bool
		kind    string
		signal  string // that ends it
	}{
		"that passes signals on":       {attends: true, kind: guardtest.Cooperative},
		"that does, but it stays":      {attends: true, kind: guardtest.IgnoresTERM, signal: "SIGKILL"},
		"that waits for its next word": {kind: guardtest.IgnoresTERM, signal: "SIGKILL"},
	} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread() // it is the thread that traces
			defer runtime.UnlockOSThread()
			heard := make(chan os.Signal, 8)
			signal.Notify(heard, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGCONT)
			defer signal.Stop(heard)

			c := launch(t, 5*time.Second)
			pid := c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(debug.kind)}).PID
			trace(t, pid)
			c.send(Request{Stop: &Stop{"s", 1, 300 * time.Millisecond}})
			if !debug.attends {
				hasEnded(t, pid)
			}
			attend(t, pid)
			if exited := c.exited(); exited.Signal != debug.signal {
				t.Errorf("it ended by %q with status %d", exited.Signal, exited.Code)
			}
			c.gone()
			select {
			case s := <-heard:
				t.Errorf("the debugger got %v", s)
			default:
			}
		})
	}
}

// Nobody can collect what has ended in a debugger that waits for its next word. The
// guard says so and ends, instead of waiting with it.
func TestTheGuardDoesNotWaitForADebugger(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c := launch(t, 100*time.Millisecond)
	pid := c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Cooperative)}).PID
	trace(t, pid)
	ended := make(chan error, 1)
	go func() {
		c.Close()
		for range c.Events() {
		}
		ended <- c.Err()
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the guard is sure that nothing is left")
		}
	case <-time.After(proctree.KillTimeout + 2*time.Second):
		t.Error("the guard waits")
	}
	hasEnded(t, pid)
	attend(t, pid)
}

// trace makes this thread a debugger of the process, without stopping it.
func trace(t *testing.T, pid int) {
	t.Helper()
	if _, _, err := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(pid), 0, 0, 0, 0); err != 0 {
		t.Fatalf("trace %d: %v", pid, err)
	}
}

// attend passes on every signal until the process has ended.
func attend(t *testing.T, pid int) {
	t.Helper()
	for {
		var status unix.WaitStatus
		if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err == unix.EINTR {
			continue
		} else if err != nil {
			t.Fatalf("wait for %d: %v", pid, err)
		}
		if !status.Stopped() {
			return
		}
		pass := status.StopSignal()
		if status>>16 != 0 { // not a signal for it, but the stop that one has brought about
			pass = 0
		}
		_ = unix.PtraceCont(pid, int(pass)) // ESRCH: killed meanwhile
	}
}

// hasEnded waits until the process is dead, though not collected.
func hasEnded(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if !guardtest.Lives(pid) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d goes on", pid)
		}
	}
}
