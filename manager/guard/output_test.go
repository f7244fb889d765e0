//go:build linux

package guard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/logs"
)

// run lets a shell script print, and returns how it ended and what its log holds, a
// line each without the time.
func (c *conversation) run(script string) (*Exited, []string) {
	c.t.Helper()
	log := filepath.Join(c.logs, "s.log")
	c.send(Request{Start: &Start{Service: "s", Run: 1, Command: []string{"sh", "-c", script}, Log: log}})
	if e := c.next(); e.Started == nil {
		c.t.Fatalf("instead of started: %+v", e)
	}
	exited := c.exited()
	c.gone()
	return exited, logged(c.t, log)
}

// Of package logs.
const (
	lineSize = 16 << 10
	fileSize = 4 << 20
)

// logged reads a log and its predecessors.
func logged(t testing.TB, path string) []string {
	t.Helper()
	var lines []string
	for n := logs.Generations - 1; n >= 0; n-- {
		name := path
		if n > 0 {
			name += fmt.Sprint(".", n)
		}
		data, err := os.ReadFile(name)
		if err != nil && (n == 0 || !os.IsNotExist(err)) {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			stamp, rest, _ := bytes.Cut(line, []byte(" "))
			if _, err := time.Parse("2006-01-02T15:04:05.000000Z", string(stamp)); err != nil || !bytes.HasSuffix(rest, []byte("\n")) {
				t.Fatalf("a line of the log is %.100q", line)
			}
			lines = append(lines, string(rest[:len(rest)-1]))
		}
	}
	return lines
}

func TestLinesOfEveryForm(t *testing.T) {
	long := strings.Repeat("x", lineSize)
	for name, test := range map[string]struct {
		script string
		want   []string
	}{
		"both streams":       {"echo one; echo two >&2", []string{"out one", "err two"}},
		"no end":             {"printf 'a prompt> '", []string{"out a prompt> "}},
		"nothing":            {"true", nil},
		"empty lines":        {"echo; echo; echo", []string{"out ", "out ", "out "}},
		"binary":             {`printf 'a\000b\377\001\ncd\n'`, []string{"out a\x00b\xff\x01", "out cd"}},
		"a long line is cut": {fmt.Sprintf("printf %s; printf %s; echo end", long[1:], long[1:]), []string{"out " + long[1:] + "x", "out " + long[1:len(long)-1] + "end"}},
		"in pieces":          {"printf a; sleep 0.05; printf b; sleep 0.05; echo c", []string{"out abc"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, lines := launch(t, time.Second).run(test.script)
			if len(lines) < 2 || !strings.HasPrefix(lines[0], "sys started") || lines[len(lines)-1] != "sys ended with status 0" {
				t.Fatalf("the log is %.200q", lines)
			}
			got := lines[1 : len(lines)-1]
			if name == "a long line is cut" { // into pieces that memory has room for
				if joined := strings.ReplaceAll(strings.Join(got, ""), "out ", ""); joined != long[1:]+long[1:]+"end" || slices.ContainsFunc(got, func(l string) bool { return len(l) > lineSize+readSize }) {
					t.Errorf("%d pieces, %d bytes", len(got), len(joined))
				}
				return
			}
			slices.Sort(got) // of two streams the order is not known
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("the log is\n%.300q, want\n%.300q", got, test.want)
			}
		})
	}
}

// A flood is rotated through files of bounded size; the last lines are there, and
// none is missing between the oldest that is kept and the last.
func TestAFloodIsKeptWithinBounds(t *testing.T) {
	c := launch(t, time.Second)
	const count = 300_000
	exited, lines := c.run(fmt.Sprintf(`seq -f "line %%.0f of a flood that does not end for quite some time" %d; exit 7`, count))
	if exited.Code != 7 || !strings.HasPrefix(exited.Lines[len(exited.Lines)-1], fmt.Sprint("line ", count, " ")) {
		t.Errorf("exited is %+v", exited)
	}
	var first, last, seen int
	for _, line := range lines {
		var n int
		if _, err := fmt.Sscanf(line, "out line %d of", &n); err != nil {
			continue
		}
		if first == 0 {
			first = n
		} else if n != last+1 {
			t.Fatalf("line %d follows line %d", n, last)
		}
		last = n
		seen++
	}
	if last != count || seen < 50_000 {
		t.Errorf("kept are lines %d to %d, %d in all", first, last, seen)
	}
	files, err := filepath.Glob(filepath.Join(c.logs, "s.log*"))
	if err != nil || len(files) != logs.Generations {
		t.Errorf("the files are %v (%v)", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() > fileSize+2*readSize*2 {
			t.Errorf("%s: %v (%v)", file, info.Size(), err)
		}
	}
}

func TestTheFirstLineThatMatchesIsTold(t *testing.T) {
	c := launch(t, time.Second)
	c.send(Request{Start: &Start{Service: "s", Run: 1, Match: `^listening on (\d+)$`, Command: guardtest.Command(guardtest.Prints, "one\nlistening on 80\nlistening on 81\n")}})
	if e := c.next(); e.Started == nil {
		t.Fatalf("instead of started: %+v", e)
	}
	if e := c.next(); e.Notice == nil || e.Notice.Line != "listening on 80" || e.Notice.Run != 1 {
		t.Errorf("instead of the line: %+v", e.Notice)
	}
	c.send(Request{Stop: &Stop{"s", 1, time.Second}})
	c.exited() // and no second notice
}

// The pattern is for what a person reads in the log: without colours and carriage returns,
// and also while the line has no end, or was rewritten.
func TestALineMatchesAsItIsShown(t *testing.T) {
	for name, script := range map[string]string{
		"coloured":     `printf '\033[1;32mready\033[0m on \033[4m80\033[24m\n'`,
		"a web server": `printf '\033[2K\033[1G\033[36mready on 80\033[39m\r\n'`,
		"without end":  `printf 'ready on 80'`,
		"rewritten":    `printf 'loading\rready on 80\r1 request\r'`,
		"not UTF-8":    `printf 'ready\001 on 80\000\n'`,
		"UTF-16":       `printf 'r\000e\000a\000d\000y\000 \000o\000n\000 \0008\0000\000\r\000\n\000'`,
		"at its start": `printf '\rready on 80\033[K\r'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := launch(t, time.Second)
			log := filepath.Join(c.logs, "s.log")
			c.send(Request{Start: &Start{Service: "s", Run: 1, Match: `^ready on \d+$`, Log: log, Command: []string{"sh", "-c", script + `; exec sleep 600`}}})
			if e := c.next(); e.Started == nil {
				t.Fatalf("instead of started: %+v", e)
			}
			if e := c.next(); e.Notice == nil || e.Notice.Line != "ready on 80" {
				t.Errorf("instead of the line: %+v", e)
			}
			lines, err := logs.Tail(log, 10) // it can be read by then
			if err != nil || !slices.ContainsFunc(lines, func(l logs.Line) bool { return logs.Plain(l.Text) == "ready on 80" }) {
				t.Errorf("the log is %+v, %v", lines, err)
			}
			c.send(Request{Stop: &Stop{"s", 1, time.Second}})
			c.exited()
		})
	}
}

// A progress bar is shown though nothing comes after it for long.
func TestAStateIsShownWithoutMore(t *testing.T) {
	c := launch(t, time.Second)
	log := filepath.Join(c.logs, "s.log")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c.start(Start{Service: "s", Run: 1, Log: log, Command: []string{"sh", "-c", `printf '10%%\r50%%\r'; exec sleep 600`}})
	err := logs.Follow(ctx, log, 10, func(lines []logs.Line) error {
		for _, line := range lines {
			if line.Provisional && logs.Plain(line.Text) == "50%" {
				cancel()
			}
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// What a service says comes before its end, however soon that is.
func TestANoticeComesBeforeTheExit(t *testing.T) {
	c := launch(t, time.Second)
	for run := range uint64(20) {
		c.send(Request{Start: &Start{Service: "s", Run: run, Match: "last", Command: guardtest.Command(guardtest.ExitsAtOnce)}})
		if e := c.next(); e.Started == nil {
			t.Fatalf("instead of started: %+v", e)
		}
		if e := c.next(); e.Notice == nil || e.Notice.Line != "the last words" {
			t.Fatalf("run %d: instead of the line: %+v", run, e)
		}
		c.exited()
		c.gone()
	}
}

func TestMembersAreTheWholeTree(t *testing.T) {
	c := launch(t, time.Second)
	for kind, want := range map[string]int{guardtest.Cooperative: 1, guardtest.Forks: 2, guardtest.Escapes: 2} {
		started := c.start(Start{Service: kind, Run: 1, Command: guardtest.Command(kind)})
		c.send(Request{Members: &MembersRequest{kind, 1}})
		if e := c.next(); e.Members == nil || len(e.Members.PIDs) != want || e.Members.PIDs[0] != started.PID {
			t.Errorf("%s: %+v", kind, e.Members)
		}
	}
	c.send(Request{Members: &MembersRequest{"nobody", 1}})
	if e := c.next(); e.Members == nil || len(e.Members.PIDs) != 0 {
		t.Errorf("of nobody: %+v", e)
	}
}
