//go:build linux

package manager

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"agents-tray/manager/guard/guardtest"
)

// startedElsewhere runs a program that is no service of ours, as that command line, and holds a
// port.
func startedElsewhere(t *testing.T, address string, line ...string) *exec.Cmd {
	t.Helper()
	command := &exec.Cmd{Path: guardtest.Command("")[0], Args: line, Env: append(os.Environ(), "GUARDTEST_LISTEN="+address)}
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	})
	if _, err := io.ReadAtLeast(out, make([]byte, 2), 2); err != nil {
		t.Fatal(err)
	}
	return command
}

// A port that the platform has, or the same program, is not just taken: it is said by whom.
func TestWhoRunsAlreadyIsRecognised(t *testing.T) {
	self := guardtest.Command(guardtest.Serves)
	platform := append([]string{"/srv/.venv/bin/configurable-agents"}, self[1:]...)
	for name, test := range map[string]struct {
		line, own      []string
		platform, ours bool
	}{
		"the platform":          {platform, []string{"/bin/true"}, true, false},
		"the configured one":    {platform, []string{"/usr/bin/python3", "-m", "configurable_agents", "dashboard"}, true, true},
		"the same program":      {append([]string{"/elsewhere/" + self[0][strings.LastIndex(self[0], "/")+1:]}, self[1:]...), self, false, true},
		"another one's options": {self, append(self[:len(self):len(self)], "--more"), false, false},
		"another program":       {append([]string{"/usr/bin/node"}, self[1:]...), []string{"/bin/true"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			address := guardtest.FreeAddress(t)
			holder := startedElsewhere(t, address, test.line...)
			s := newSpec("s", guardtest.Serves)
			s.Command, s.URL = test.own, "http://"+address
			m := newManager(t, s)
			must(t, m.Start("s"))
			p := await(t, m, "s", "failed", func(s Service) bool { return s.State == Failed }).Problem
			if p.Kind != PortHeld || p.Holder.PID != holder.Process.Pid || p.Holder.Platform != test.platform || p.Own != test.ours {
				t.Errorf("it says %v", p)
			}
		})
	}
}

// The platform's ui starts its pages as processes that are not called so.
func TestAProcessOfThePlatformIsRecognised(t *testing.T) {
	address := guardtest.FreeAddress(t)
	startedElsewhere(t, address, append([]string{"/srv/.venv/bin/configurable-agents"}, guardtest.Command(guardtest.Forks, guardtest.Serves)[1:]...)...)
	s := newSpec("s", guardtest.Serves, "--mine")
	s.Listen = address
	m := newManager(t, s)
	must(t, m.Start("s"))
	p := await(t, m, "s", "failed", func(s Service) bool { return s.State == Failed }).Problem
	if p.Kind != PortHeld || !p.Holder.Platform || p.Own || p.FreePort == 0 {
		t.Errorf("it says %v", p)
	}
}

func TestCommandLinesOfThePlatform(t *testing.T) {
	for line, is := range map[string]bool{
		"/home/me/p/.venv/bin/python3 /home/me/p/.venv/bin/configurable-agents ui --host 127.0.0.1": true,
		`C:\p\.venv\Scripts\configurable-agents.exe dashboard`:                                      true,
		"C:\\Python\\python.exe C:\\p\\Scripts\\configurable-agents-script.py ui":                   true,
		"configurable-agents chat":                                true,
		"python3.11 -u -m configurable_agents ui":                 true,
		"python -m configurable_agents.cli dashboard":             true,
		"uv run configurable-agents ui":                           true,
		"uvicorn configurable_agents.ui.dashboard:app --port 1":   true,
		"python3 -m uvicorn configurable_agents.ui.dashboard:app": true,
		"python3 -m http.server --directory configurable-agents":  false,
		"vim configurable-agents":                                 false,
		"/srv/configurable-agents/server":                         false,
		"python3 /srv/configurable-agents/manage.py runserver":    false,
		"node configurable_agents.js":                             false,
		"":                                                        false,
	} {
		if got := startsPlatform(strings.Fields(line)); got != is {
			t.Errorf("%q: %t", line, got)
		}
	}
}
