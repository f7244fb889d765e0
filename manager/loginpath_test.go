//go:build linux

package manager

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// Whoever does not find its program waits for what the login shell says, which is asked once.
func TestTheLoginShellIsAskedOnce(t *testing.T) {
	const path = "/home/user/.nvm/bin:/usr/bin"
	own := plain("own")
	own.Env = []string{"PATH=/opt/own"}
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.login = path
		for _, name := range []string{"a", "b", "own"} {
			w.set(name, way{refuse: guard.NoCommand})
		}
		startIt(t, m, "a", "b", "own")
		wantKind(t, m, "own", NotFound) // the file says where to look
		pass(time.Second)
		for _, name := range []string{"a", "b"} {
			wantKind(t, m, name, NotFound)
			if p := problemOf(m, name); p.Login != path || p.Searched == "" {
				t.Errorf("%s: searched are %q and %q", name, p.Searched, p.Login)
			}
		}
		w.set("a", way{})
		startIt(t, m, "a")
		pass(time.Second)
		w.set("c", way{refuse: guard.NoCommand})
		startIt(t, m, "c")
		wantState(t, m, "a", Ready)
		wantKind(t, m, "c", NotFound)
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.logins != 1 {
			t.Errorf("the shell was asked %d times", w.logins)
		}
	}, plain("a"), plain("b"), plain("c"), own)
}

// A PATH in its env_file is the one that its program is looked for in, and is told.
func TestThePathOfAnEnvFile(t *testing.T) {
	s := plain("s")
	s.EnvFile = ".env"
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.setEnv(func(context.Context) ([]string, error) { return []string{"A=1", "PATH=/opt/own"}, nil })
		w.set("s", way{refuse: guard.NoCommand})
		startIt(t, m, "s")
		wantKind(t, m, "s", NotFound)
		if p := problemOf(m, "s"); p.Searched != "/opt/own" || p.Login != "" || w.logins != 0 {
			t.Errorf("searched are %q and %q", p.Searched, p.Login)
		}
	}, s)
}

// What is found only there runs with that PATH, ours after it.
func TestAProgramOfTheLoginPath(t *testing.T) {
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		t.Setenv("PATH", "/usr/bin:/poor")
		w.login = "/home/user/.nvm/bin:/usr/bin"
		w.set("a", way{refuse: guard.NoCommand})
		must(t, m.Start("a"))
		pass(10 * time.Millisecond)
		w.set("a", way{})
		pass(time.Second)
		wantState(t, m, "a", Ready)
		g := w.guard()
		g.mu.Lock()
		defer g.mu.Unlock()
		if env := g.runs["a"].start.Env; !slices.Contains(env, "PATH=/home/user/.nvm/bin:/usr/bin:/poor") {
			t.Errorf("it runs with %q", env)
		}
	}, plain("a"))
}

// A real service, found in a folder that only a real shell's start-up file names.
func TestARealLoginShell(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"bin/only-there": "#!/bin/sh\necho out up\nexec sleep 600\n",
		".bash_profile":  "echo noise; . ~/.bashrc\n",
		".bashrc":        "case $- in *i*) PATH=\"$PATH:$HOME/bin\";; esac\n",
		"slow/.profile":  "echo agents-tray-path; sleep 600\n",
	} {
		path := filepath.Join(folder, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(text), 0o700))
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SHELL", bash)
	t.Setenv("HOME", folder)
	m := newManager(t, spec.ServiceSpec{Name: "a", Command: []string{"only-there"}})
	startAll(t, m)
	awaitState(t, m, "a", Ready)

	t.Setenv("SHELL", "/bin/sh") // one that hangs
	t.Setenv("HOME", filepath.Join(folder, "slow"))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if path := askLoginShell(ctx); path != "" {
		t.Errorf("a shell that hangs says %q", path)
	}
}
