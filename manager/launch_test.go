//go:build linux

package manager

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/spec"
)

// printed waits for a line of the service's log and returns all that it has printed.
func printed(t *testing.T, m *Manager, name string, lines int) []string {
	t.Helper()
	var out []string
	await(t, m, name, "running", func(s Service) bool { return s.State == Ready })
	path := filepath.Join(m.options.LogFolder, name+".log")
	for range int(patience.Milliseconds()) {
		log, err := os.ReadFile(path)
		out = nil
		for line := range strings.Lines(string(log)) {
			if _, text, ok := strings.Cut(line, " out "); ok {
				out = append(out, strings.TrimSuffix(text, "\n"))
			}
		}
		if err == nil && len(out) >= lines {
			return out
		}
		waitAMoment()
	}
	t.Fatalf("%s printed %q", name, out)
	return nil
}

func TestTheEnvironmentOfAService(t *testing.T) {
	for name, value := range map[string]string{ // of this program, as under an init system
		"NOTIFY_SOCKET": "/run/systemd/notify", "LISTEN_FDS": "2", "LISTEN_PID": fmt.Sprint(os.Getpid()), "WATCHDOG_USEC": "1", "BOTH": "inherited", "OWN": "inherited",
	} {
		t.Setenv(name, value)
	}
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "env"), []byte("# a comment\nexport FILE=\"from the file\"\nBOTH=file\nFORMAT={host} {port}\n"), 0o600))
	s := newSpec("s", guardtest.Tells, "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "WATCHDOG_USEC", "FILE", "FORMAT", "BOTH", "OWN", "ADDRESS", "PWD_OF")
	s.Dir, s.EnvFile = folder, "env"
	s.Env = []string{"BOTH=spec", "ADDRESS={host} and {port} are {listen}, descriptor {fd}"}
	s.Listen = guardtest.FreeAddress(t)
	port := s.Listen[len("127.0.0.1:"):]
	s.Command = append(s.Command, "{unknown} {port}")
	m := newManager(t, s)
	startAll(t, m)
	got := printed(t, m, "s", 11)
	pid := awaitState(t, m, "s", Ready).PID
	want := []string{
		"NOTIFY_SOCKET=", "LISTEN_FDS=1", fmt.Sprint("LISTEN_PID=", pid), "WATCHDOG_USEC=", "FILE=from the file", "FORMAT={host} {port}", "BOTH=spec", "OWN=inherited",
		fmt.Sprintf("ADDRESS=127.0.0.1 and %s are 127.0.0.1:%s, descriptor 3", port, port), "PWD_OF=", "{unknown} " + port + "=",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("it sees\n%q, want\n%q", got, want)
	}
}

// Python prints at once, unless the user has it otherwise.
func TestPythonIsNotBuffered(t *testing.T) {
	t.Setenv("PYTHONUNBUFFERED", "") // restored at the end
	os.Unsetenv("PYTHONUNBUFFERED")
	usual, set := newSpec("usual", guardtest.Tells, "PYTHONUNBUFFERED"), newSpec("set", guardtest.Tells, "PYTHONUNBUFFERED")
	set.Env = []string{"PYTHONUNBUFFERED="}
	m := newManager(t, usual, set)
	startAll(t, m)
	for name, want := range map[string]string{"usual": "PYTHONUNBUFFERED=1", "set": "PYTHONUNBUFFERED="} {
		if got := printed(t, m, name, 1); got[0] != want {
			t.Errorf("%s sees %q", name, got)
		}
	}
	t.Setenv("PYTHONUNBUFFERED", "inherited")
	m = newManager(t, usual)
	startAll(t, m)
	if got := printed(t, m, "usual", 1); got[0] != "PYTHONUNBUFFERED=inherited" {
		t.Errorf("with one of the session's it sees %q", got)
	}
}

// A command with {fd} learns of its socket by that and needs no LISTEN_PID.
func TestADescriptorInTheCommand(t *testing.T) {
	s := newSpec("s", guardtest.Tells, "LISTEN_PID", "{fd}")
	s.Listen = guardtest.FreeAddress(t)
	m := newManager(t, s)
	startAll(t, m)
	if got := printed(t, m, "s", 2); fmt.Sprint(got) != "[LISTEN_PID= 3=]" {
		t.Errorf("it sees %q", got)
	}
}

func TestAnEnvironmentFileThatCannotBeRead(t *testing.T) {
	s := newSpec("s", guardtest.Cooperative)
	s.Dir, s.EnvFile = t.TempDir(), "missing"
	m := newManager(t, s)
	err := m.StartAll(t.Context())
	var problem *Problem
	if !errors.As(err, &problem) || problem.Kind != EnvFile || problem.Path != filepath.Join(s.Dir, "missing") || !problem.Missing {
		t.Errorf("start: %v", err)
	}
}

// A program of a service's own PATH is found, as in a Python environment, and one
// with a relative path in its folder.
func TestWhereACommandIsLookedUp(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "only-here"), []byte("#!/bin/sh\necho found; exec sleep 600\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	byPath := spec.ServiceSpec{Name: "path", Command: []string{"only-here"}, Env: []string{"PATH=/nowhere:" + folder + ":/usr/bin:/bin"}}
	byFolder := spec.ServiceSpec{Name: "folder", Command: []string{"./only-here"}, Dir: folder}
	must(t, spec.Missing([]spec.ServiceSpec{byPath, byFolder}, proctree.LookPath))
	m := newManager(t, byPath, byFolder)
	startAll(t, m)
	for _, name := range []string{"path", "folder"} {
		if got := printed(t, m, name, 1); got[0] != "found" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestStopSignals(t *testing.T) {
	script := `trap 'echo got INT; exit 0' INT; trap '' TERM; echo up; while :; do sleep 0.01; done`
	s := spec.ServiceSpec{Name: "s", Command: []string{"sh", "-c", script}, StopSignal: "INT"}
	m := newManager(t, s)
	startAll(t, m)
	printed(t, m, "s", 1)
	must(t, m.Stop("s"))
	if stopped := awaitState(t, m, "s", Stopped); stopped.LastExit.Code != 0 || stopped.LastExit.Lines[len(stopped.LastExit.Lines)-1] != "got INT" {
		t.Errorf("it ended with %+v", stopped.LastExit)
	}
}
