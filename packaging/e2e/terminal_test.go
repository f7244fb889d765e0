//go:build linux

package e2e

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"agents-tray/packaging/e2e/harness"
)

// A screen is what somebody sees in a terminal: the lines, as they are after all that was
// written.
type screen struct {
	t        *testing.T
	terminal *os.File // that a program gets

	mu     sync.Mutex
	lines  []string
	row    int
	erased int // how often lines were erased
}

// openScreen makes a terminal of that size, and reads what is written to it.
func openScreen(t *testing.T, columns, rows uint16) *screen {
	t.Helper()
	master, slave := openPTY(t)
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, terminal: slave, lines: []string{""}}
	go func() {
		data := make([]byte, 64<<10)
		for {
			n, err := master.Read(data)
			if err != nil {
				return
			}
			s.write(string(data[:n]))
		}
	}()
	return s
}

// write does what a terminal does: line feeds, and the sequences that the program uses.
func (s *screen) write(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\r"):
			text = text[1:] // all that follows is a whole line, or a sequence
		case strings.HasPrefix(text, "\n"):
			text = text[1:]
			if s.row++; s.row == len(s.lines) {
				s.lines = append(s.lines, "")
			}
		case strings.HasPrefix(text, "\x1b["):
			end := 2 + strings.IndexFunc(text[2:], func(r rune) bool { return r >= 'A' })
			n, _ := strconv.Atoi(text[2:end])
			switch text[end] {
			case 'A':
				s.row -= n
			case 'J':
				s.erased++
				s.lines = append(s.lines[:s.row], "")
			default:
				s.t.Errorf("the terminal does not know %q", text[:end+1])
			}
			text = text[end+1:]
		default:
			end := strings.IndexAny(text, "\r\n\x1b")
			if end < 0 {
				end = len(text)
			}
			s.lines[s.row] += text[:end]
			text = text[end:]
		}
	}
}

// shows waits until the lines, as they are now, have all of these texts.
func (s *screen) shows(texts ...string) {
	s.t.Helper()
	wait(s.t, patience, fmt.Sprintf("the terminal shows %q", texts), func() bool {
		now := s.text()
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(now, text) })
	})
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
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
	for _, line := range strings.Split(s.text(), "\n") {
		if strings.ContainsAny(line, "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") && len([]rune(line)) > 69 {
			t.Errorf("%q is longer than the terminal is wide", line)
		}
	}
	if err := os.WriteFile(u.Folder+"/go", nil, 0o600); err != nil {
		t.Fatal(err)
	}
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
			if err := os.WriteFile(u.Folder+"/go", nil, 0o600); err != nil {
				t.Fatal(err)
			}
			s := openScreen(t, 70, 24)
			p := u.Prepare("ui")
			plain(p, s)
			p.Start()
			said := func() string { return p.Out.String() + s.text() }
			wait(t, patience, "all is told", func() bool {
				return strings.Contains(said(), "✓ Next") && strings.Contains(said(), "✗ Bad cannot be started") && strings.Contains(said(), "Press Ctrl-C")
			})
			if text := said(); !strings.HasPrefix(text, "Starting Configurable Agents") || strings.ContainsAny(text, "\x1b⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") || s.erased > 0 {
				t.Errorf("it shows\n%q", text)
			}
			u.Command("quit")
			p.End()
		})
	}
}
