//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"agents-tray/packaging/e2e/harness"
)

// A screen is what somebody sees in a terminal, which is tmux's.
type screen struct {
	t        *testing.T
	terminal *os.File // that a program gets
	socket   string   // of the tmux
	raw      string   // the file of all that was written to the terminal
}

// openScreen makes a terminal of that size.
func openScreen(t *testing.T, columns, rows int) *screen {
	t.Helper()
	folder := t.TempDir()
	s := &screen{t: t, socket: filepath.Join(folder, "tmux"), raw: filepath.Join(folder, "raw")}
	settings := filepath.Join(folder, "tmux.conf")
	must(t, os.WriteFile(settings, []byte("set -g status off\n"), 0o600))
	t.Cleanup(func() { s.tmux("kill-server") })
	s.tmux("-f", settings, "new-session", "-d", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), "exec sleep infinity")
	s.tmux("pipe-pane", "cat >"+s.raw)
	var err error
	if s.terminal, err = os.OpenFile(strings.TrimSpace(s.tmux("display-message", "-p", "#{pane_tty}")), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.terminal.Close() })
	return s
}

// tmux runs a command of the terminal's tmux, and returns what it prints.
func (s *screen) tmux(arguments ...string) string {
	s.t.Helper()
	tmux := exec.Command("tmux", append([]string{"-u", "-S", s.socket}, arguments...)...)
	tmux.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm", "TMUX=")
	out, err := tmux.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v: %v: %s", tmux, err, out)
	}
	return string(out)
}

// shows waits until the lines, as they are now, have all of these texts.
func (s *screen) shows(texts ...string) {
	s.t.Helper()
	wait(s.t, patience, fmt.Sprintf("the terminal shows %q", texts), func() bool {
		now := s.text()
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(now, text) })
	})
}

// text is what the terminal shows, with what has left it at the top.
func (s *screen) text() string {
	return s.tmux("capture-pane", "-p", "-S", "-")
}

// written is all that was written to the terminal.
func (s *screen) written() string {
	raw, err := os.ReadFile(s.raw)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // nothing yet
		s.t.Fatal(err)
	}
	return string(raw)
}

// slowServices are one that answers when a file comes, one that waits for it and one that fails.
const slowServices = `  slow: {title: Slow, command: 'sh -c "while ! [ -e go ]; do sleep 0.02; done; echo ready; exec sleep 601"', dir: %q, ready: {log: ready}, url: "http://127.0.0.1:9641"}
  next: {title: Next, command: sleep 602, depends_on: [slow]}
  bad: {title: Bad, command: no-such-program}
`

// In a terminal each service that is waited for has a spinner; a tick with its address takes
// the place of one, and a cross with the reason and what to do that of another.
func TestASpinnerForEachService(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices(fmt.Sprintf(slowServices, u.Folder))
	s := openScreen(t, 70, 24)
	p := u.Prepare("ui")
	p.Stdout, p.Env = s.terminal, append(p.Env, "TERM=xterm")
	p.Start()
	s.shows("✗ Bad cannot be started", "no-such-program", "Slow       starting", "Next       waits for Slow")
	if text := s.text(); !strings.ContainsAny(text, "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") || strings.Contains(text, "✓") {
		t.Errorf("while it waits it shows\n%s", text)
	}
	must(t, os.WriteFile(u.Folder+"/go", nil, 0o600))
	s.shows("✓ Slow       http://127.0.0.1:9641  (", "✓ Next", "Press Ctrl-C to stop")
	if strings.ContainsAny(s.text(), "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") {
		t.Errorf("a spinner is left\n%s", s.text())
	}
	u.Command("quit")
	p.End()
	s.shows("Stopping…")
}

// Where lines are to be plain, they are: into a file, a pipe, or with NO_COLOR.
func TestPlainLinesWithoutATerminal(t *testing.T) {
	t.Parallel()
	for name, plain := range map[string]func(*harness.Program, *screen){
		"a pipe": func(*harness.Program, *screen) {},
		"NO_COLOR": func(p *harness.Program, s *screen) {
			p.Stdout, p.Env = s.terminal, append(p.Env, "TERM=xterm", "NO_COLOR=1")
		},
		"a dumb terminal": func(p *harness.Program, s *screen) { p.Stdout, p.Env = s.terminal, append(p.Env, "TERM=dumb") },
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			u.WithServices(fmt.Sprintf(slowServices, u.Folder))
			must(t, os.WriteFile(u.Folder+"/go", nil, 0o600))
			s := openScreen(t, 70, 24)
			p := u.Prepare("ui")
			plain(p, s)
			p.Start()
			said := func() string { return p.Out.String() + s.written() }
			wait(t, patience, "all is told", func() bool {
				return strings.Contains(said(), "✓ Next") && strings.Contains(said(), "✗ Bad cannot be started") && strings.Contains(said(), "Press Ctrl-C")
			})
			if text := said(); !strings.HasPrefix(text, "Starting Configurable Agents") || strings.ContainsAny(text, "\x1b⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") {
				t.Errorf("it shows\n%q", text)
			}
			u.Command("quit")
			p.End()
		})
	}
}

// What is waited for has one line each in a window of any width, whatever letters it is called
// by: what the terminal breaks would stay there with every frame.
func TestSpinnersInANarrowTerminal(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices(`  wide: {title: データベースとキューとその他のサービス, command: sleep 601, ready: {log: never}}
  long: {title: The database of everything that is worth being kept, command: sleep 602, ready: {log: never}}
`)
	s := openScreen(t, 30, 24)
	p := u.Prepare("ui")
	p.Stdout, p.Env = s.terminal, append(p.Env, "TERM=xterm")
	p.Start()
	s.shows("データベース", "The database")
	before := strings.Count(s.written(), "データベース")
	wait(t, patience, "some more frames", func() bool { return strings.Count(s.written(), "データベース") > before+5 })
	if text := s.text(); strings.Count(text, "データベース") != 1 || strings.Count(text, "The database") != 1 {
		t.Errorf("it shows\n%s", text)
	}
}
