//go:build linux

package guard

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"agents-tray/manager/guard/guardtest"
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
		"one with a longer mark":                      with(MarkEnvironment+"="+c.mark+"2", serviceEnvironment+"=s/12"),
		"one with a shorter mark":                     with(MarkEnvironment+"="+c.mark[:len(c.mark)-1], serviceEnvironment+"=s/"),
		"one with our mark in another variable":       with("X=" + c.session() + " " + serviceEnvironment + "=s/1"),
		"one with our mark in a longer name":          with("X"+c.session(), "X"+serviceEnvironment+"=s/1"),
		"one of another session":                      with(MarkEnvironment+"=another", serviceEnvironment+"=s/1"),
		"one of another session's keeper":             with(keeperEnvironment + "=another"),
	} {
		witnesses[what] = guardtest.StartWitness(t, change)
	}
	// Only root could signal, or see the mark of, another user's process at all.
	if os.Getuid() == 0 {
		witnesses["another user's, with our mark"] = guardtest.StartWitness(t, func(cmd *exec.Cmd) {
			with(c.session(), serviceEnvironment+"=s/1", keeperEnvironment+"="+c.mark)(cmd)
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
		"the guard is killed, and the keeper does what is left": func(c *conversation, _ *Started) { c.Kill() },
		"the next start sweeps": func(c *conversation, _ *Started) {
			if n, err := Sweep(c.mark, 0); n == 0 || err != nil {
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
			for end := time.Now().Add(5 * time.Second); len(guardtest.Left(c.session(), serviceEnvironment+"=s/1")) > 1 && time.Now().Before(end); {
				time.Sleep(2 * time.Millisecond) // the keeper works
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

// What was found to be a descendant, and has ended since, must not be signalled by its
// number: that may be a stranger's by now.
func TestARecycledNumberIsNotSignalled(t *testing.T) {
	if os.Getuid() == 0 && inNumbersOfItsOwn(t) {
		return
	}
	for name, of := range map[string]kinship{
		"any descendant": {},
		"by its mark":    {mark: serviceEnvironment + "=s/1", group: 1},
		"by its group":   {mark: "none=", group: -1}, // the child's own
	} {
		t.Run(name, func(t *testing.T) {
			command := guardtest.Command(guardtest.Cooperative)
			child := &exec.Cmd{
				Path: command[0], Args: command, Env: append(os.Environ(), serviceEnvironment+"=s/1"),
				SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			if of.group == -1 {
				of.group = child.Process.Pid
			}
			found := stray{child.Process.Pid, of}
			if !found.still() {
				t.Error("a living descendant is not taken for one")
			}
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = child.Wait() // it was killed
			witness := recycle(t, &found)
			if found.still() {
				t.Error("a stranger with a descendant's number is taken for it")
			}
			s := &system{}
			s.terminateStray(found)
			s.killStray(found)
			witness.Untouched("who has the number of an ended descendant")
		})
	}
}

// inNumbersOfItsOwn runs this very test in a PID namespace, so that the numbers that it
// has given again are nobody else's, and reports whether it has; false: it is there.
func inNumbersOfItsOwn(t *testing.T) bool {
	const there = "GUARD_TEST_NAMESPACE"
	if os.Getenv(there) != "" {
		if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
			t.Fatal(err)
		}
		return false
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// A shell is there what adopts orphans.
	command := exec.Command("sh", "-c", `"$0" "$@"; exit $?`, self, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), there+"=1")
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS}
	out, err := command.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("in a namespace of its own: %v\n%s", err, out)
	}
	return true
}

// recycle gives the number of a process that has ended to a stranger. Only root can
// have that for sure; for others the stranger's number takes its place.
func recycle(t *testing.T, d *stray) *guardtest.Witness {
	for range 100 {
		witness := guardtest.StartWitness(t, nil, strconv.Itoa(d.pid))
		if witness.PID == d.pid {
			return witness
		}
		if os.Getuid() != 0 {
			if d.of.group == d.pid {
				d.of.group = witness.PID
			}
			d.pid = witness.PID
			return witness
		}
	}
	t.Fatalf("the number %d cannot be had", d.pid)
	return nil
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
	case <-time.After(killTimeout + 2*time.Second):
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
		fields, err := procStat(pid)
		if err != nil || fields[0][0] == 'Z' {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d goes on", pid)
		}
	}
}
