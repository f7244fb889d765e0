//go:build unix

package manager

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"

	"agents-tray/manager/envfile"
	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// A failed fork is tried again; what is missing is not, and fails only its own service.
func TestRefusals(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		for name, reason := range map[string]guard.Reason{
			"fork": guard.TryAgain, "program": guard.NoCommand, "folder": guard.NoFolder, "closed": guard.BadFolder, "script": guard.NotExecutable, "else": guard.OtherReason,
			"network": guard.NoAddress,
		} {
			w.set(name, way{refuse: reason})
		}
		err := m.StartAll(t.Context())
		if problem, ok := errors.AsType[*Problem](err); !ok || problem.Kind == CannotFork {
			t.Errorf("start: %v", err)
		}
		pass(500 * time.Millisecond) // the third try comes after a second
		for name, kind := range map[string]Kind{"fork": CannotFork, "program": NotFound, "folder": NoFolder, "closed": NoFolder, "script": NotExecutable, "else": GuardFailed, "network": NoAddress} {
			wantKind(t, m, name, kind)
		}
		if p := problemOf(m, "program"); p != nil && p.Searched == "" {
			t.Error("it is not told where the program was looked for")
		}
		if missing, closed := problemOf(m, "folder"), problemOf(m, "closed"); missing.Detail != "" || closed.Detail == "" {
			t.Errorf("of a folder that is missing it is told %v, of one that is not %v", missing, closed)
		}
		wantState(t, m, "fork", BackingOff)
		wantState(t, m, "other", Ready)
		w.set("fork", way{})
		pass(5 * time.Second)
		wantState(t, m, "fork", Ready)
		if problemOf(m, "fork") != nil {
			t.Errorf("its problem is still %v", problemOf(m, "fork"))
		}
	}, plain("fork"), plain("program"), plain("folder"), plain("closed"), plain("script"), plain("else"), plain("network"), plain("other"))
}

// What the system does not start for a minute is given up, which is told as that; how often the
// service may end decides nothing.
func TestAForkThatFailsForAMinute(t *testing.T) {
	s := plain("s")
	s.Restart.GiveUp = 2
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("s", way{refuse: guard.TryAgain})
		must(t, m.Start("s"))
		pass(40 * time.Second)
		wantState(t, m, "s", BackingOff)
		pass(2 * time.Minute)
		wantState(t, m, "s", Failed)
		if p := problemOf(m, "s"); p == nil || p.Kind != CannotFork || p.Waited < giveUpAfter {
			t.Errorf("it is told with %v", p)
		}
	}, s)
}

// A file on a drive that does not answer fails its own service, in time, and nothing else.
func TestAnEnvFileThatHangs(t *testing.T) {
	s := plain("s")
	s.EnvFile = "/mnt/gone/.env"
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		release := make(chan struct{})
		w.setEnv(func(ctx context.Context) ([]string, error) {
			began := time.Now()
			select {
			case <-release:
				return nil, nil
			case <-ctx.Done():
				return nil, &envfile.Error{Path: s.EnvFile, Waited: time.Since(began), Err: ctx.Err()}
			}
		})
		began := time.Now()
		err := m.StartAll(t.Context())
		problem, ok := errors.AsType[*Problem](err)
		if waited := time.Since(began).Round(time.Second); !ok || problem.Kind != EnvFile || problem.Path != s.EnvFile || problem.Waited != waited {
			t.Errorf("after %v: %v", waited, err)
		}
		wantState(t, m, "other", Ready)
		for _, call := range []func(string) error{m.Start, m.Stop, m.Start} { // while it hangs
			must(t, call("s"))
		}
		wantState(t, m, "s", Starting)
		close(release)
		pass(time.Second)
		wantState(t, m, "s", Ready)
		w.setEnv(func(context.Context) ([]string, error) { return nil, fs.ErrNotExist })
		must(t, m.Restart("s"))
		pass(time.Second)
		wantKind(t, m, "s", EnvFile)
		w.setEnv(func(context.Context) ([]string, error) { return nil, nil })
		w.set("s", way{refuse: guard.TooLarge})
		startIt(t, m, "s")
		wantKind(t, m, "s", EnvTooLarge)
	}, s, plain("other"))
}

// A port that nobody is seen to have is waited for, a stranger's is told at once.
func TestPortsThatAreTaken(t *testing.T) {
	s := plain("s")
	s.URL = "http://127.0.0.1:9000"
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		for name, state := range map[string]portState{"TIME_WAIT": {taken: true}, "our own remains": {taken: true, ours: true, by: holder{name: "python3", pid: 77}}} {
			w.setPort(state)
			startIt(t, m, "s")
			pass(59 * time.Second)
			wantState(t, m, "s", BackingOff)
			wantKind(t, m, "s", PortBusy)
			w.setPort(portState{})
			pass(3 * time.Second)
			wantState(t, m, "s", Ready)
			if now, _ := m.Snapshot().Service("s"); now.Problem != nil || now.Restarts != 0 {
				t.Errorf("%s: it shows %+v", name, now)
			}
			must(t, m.Stop("s"))
			pass(time.Second)
		}
		w.setPort(portState{taken: true})
		startIt(t, m, "s")
		pass(2 * time.Minute)
		wantState(t, m, "s", Failed)
		if p := problemOf(m, "s"); p.Kind != PortHeld || p.Holder != nil {
			t.Errorf("a holder that was not seen is named: %v", p)
		}
		w.setPort(portState{taken: true, by: holder{name: "node", pid: 812}})
		startIt(t, m, "s")
		wantState(t, m, "s", Failed)
		if p := problemOf(m, "s"); p.Kind != PortHeld || p.Holder == nil || p.Holder.PID != 812 {
			t.Errorf("the problem is %v", p)
		}
	}, s)
}

// What a restart does not mend is told with the key that does.
func TestMistakesInTheServicesFile(t *testing.T) {
	listening := plain("listening")
	listening.Listen = "127.0.0.1:9000"
	job := plain("job")
	job.Restart.Policy = spec.RestartOnFailure
	ready := notifying("ready")
	ready.Restart.Policy = spec.RestartNever
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		daemon := way{lives: time.Millisecond, left: []string{"redis-server"}, ready: -1}
		for _, name := range []string{"daemon", "job", "ready"} {
			w.set(name, daemon)
		}
		w.set("listening", way{lives: 10 * time.Millisecond, code: 1, lines: []string{"OSError: [Errno 98] Address already in use"}})
		startIt(t, m, "daemon", "job", "ready", "listening")
		pass(3 * time.Second)
		wantKind(t, m, "daemon", Background)
		if p := problemOf(m, "daemon"); p != nil && (len(p.Left) != 1 || p.Left[0].Name != "redis-server") {
			t.Errorf("left is %+v", p.Left)
		}
		wantState(t, m, "job", Completed) // it has done its work, whatever it left
		wantKind(t, m, "ready", Background)
		if spec.HandsOver {
			wantKind(t, m, "listening", BindsItself)
		}
	}, plain("daemon"), job, ready, listening)
}

// Somebody else's signal can end a service as a daemon ends. Once it is started again for that.
func TestOneEndLikeADaemonsIsNoMistake(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.set("s", way{lives: time.Second, left: []string{"worker"}})
		startIt(t, m, "s")
		pass(500 * time.Millisecond)
		w.set("s", way{})
		pass(time.Second)
		wantState(t, m, "s", Ready)
	}, plain("s"))
}

// What is missing is told at once. A drive that is mounted a few seconds late brings its services
// with it; later than after a minute the user decides.
func TestWhatIsMissingMayComeLate(t *testing.T) {
	folder, file, late := plain("folder"), plain("file"), plain("late")
	folder.Dir, file.EnvFile, late.Dir = "/mnt/x", "/mnt/x/.env", "/mnt/y"
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.setEnv(func(context.Context) ([]string, error) {
			if !w.exists(file.EnvFile) {
				return nil, &envfile.Error{Path: file.EnvFile, Err: fs.ErrNotExist}
			}
			return nil, nil
		})
		for name, reason := range map[string]guard.Reason{"folder": guard.NoFolder, "late": guard.NoFolder} {
			w.set(name, way{refuse: reason})
		}
		if err := m.StartAll(t.Context()); err == nil {
			t.Error("nothing was missing")
		}
		pass(8 * time.Second)
		for name, kind := range map[string]Kind{"folder": NoFolder, "file": EnvFile, "late": NoFolder} {
			wantState(t, m, name, Failed)
			wantKind(t, m, name, kind)
		}
		w.set("folder", way{})
		w.mount("/mnt/x", "/mnt/x/.env")
		pass(10 * time.Second)
		wantState(t, m, "folder", Ready)
		wantState(t, m, "file", Ready)
		must(t, m.Stop("late")) // and that counts
		must(t, m.Start("late"))
		pass(appearTime)
		w.set("late", way{})
		w.mount("/mnt/y")
		pass(time.Hour)
		wantState(t, m, "late", Failed)
		startIt(t, m, "late")
		wantState(t, m, "late", Ready)
	}, folder, file, late)
}
