package cli

import (
	"strings"
	"testing"
	"time"

	"agents-tray/manager/control"
)

// Each turn of a wish to quit is one line, and how to answer it; what stays says nothing.
func TestQuittingIsTold(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 5, 4, 14, minute, 0, 0, time.Local) }
	asked := &control.Quitting{Workflows: 1, Asked: true, Deadline: at(2)}
	for _, test := range []struct {
		what   string
		wishes []*control.Quitting
		want   []string // the beginnings of the lines
	}{
		{"none", []*control.Quitting{nil, nil}, nil},
		{"asked", []*control.Quitting{nil, asked, asked, {Workflows: 2, Asked: true, Deadline: at(2)}}, []string{
			"Quit while a workflow is running? Without an answer by 14:02, what runs is finished first; then it quits.", "  Answer in the tray menu",
		}},
		{"decided", []*control.Quitting{{Workflows: 2, Decided: true, Deadline: at(32)}, {Workflows: 1, Decided: true, Deadline: at(32)}}, []string{
			"Quits after 2 workflows, at 14:32 at the latest", "  agents-tray do quit-now",
		}},
		{"taken back", []*control.Quitting{asked, {Workflows: 1, Decided: true, Deadline: at(32)}, nil, nil}, []string{
			"Quit while a workflow", "  Answer", "Quits after a workflow, at 14:32", "  agents-tray do quit-now", "It goes on",
		}},
		{"the last one is done", []*control.Quitting{{Decided: true, Deadline: at(32)}}, nil},
	} {
		var out strings.Builder
		s := &screen{out: &out}
		for _, wish := range test.wishes {
			s.ShowQuitting(wish)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if out.Len() == 0 {
			lines = nil
		}
		matches := len(lines) == len(test.want)
		for i, want := range test.want {
			matches = matches && strings.HasPrefix(lines[i], want)
		}
		if !matches {
			t.Errorf("%s: it prints\n%s", test.what, out.String())
		}
	}
}
