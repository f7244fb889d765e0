package cli

import (
	"strings"
	"testing"

	"agents-tray/manager"
)

// A try that finds the same as the one before is no news: where the system started no processes,
// the same line came with each of them. An exit is told once, too.
func TestTheSameTroubleIsToldOnce(t *testing.T) {
	crash := &manager.Exit{Code: 3}
	fork := func() *manager.Problem {
		return &manager.Problem{Kind: manager.CannotFork, Title: "Web", Detail: "resource temporarily unavailable"}
	}
	sick := func() *manager.Problem {
		return &manager.Problem{Kind: manager.Unhealthy, Title: "Web", Answer: &manager.Answer{Kind: manager.AnswerTimeout}}
	}
	slow := func(kind manager.AnswerKind) *manager.Problem {
		return &manager.Problem{Kind: manager.NotReady, Title: "Web", Answer: &manager.Answer{Kind: kind}}
	}
	type view struct {
		state   manager.State
		problem *manager.Problem
		exit    *manager.Exit
	}
	for name, test := range map[string]struct {
		views []view
		want  string // the beginnings of the lines
	}{
		"no process can be started": {[]view{
			{state: manager.Starting}, {manager.BackingOff, fork(), nil}, {manager.Starting, fork(), nil}, {manager.BackingOff, fork(), nil}, {manager.BackingOff, fork(), nil},
			{state: manager.Ready}, {manager.BackingOff, fork(), nil},
		}, "! Web; ✓ Web; ! Web"},
		"slow, for one reason and another": {[]view{
			{manager.Starting, slow(manager.AnswerRefused), nil}, {manager.Starting, slow(manager.AnswerTimeout), nil}, {manager.Starting, slow(manager.AnswerRefused), nil}, {state: manager.Ready},
		}, "! Web; ! Web; ✓ Web"},
		"none after a crash": {[]view{
			{manager.BackingOff, nil, crash}, {manager.Starting, nil, crash}, {manager.BackingOff, fork(), crash}, {manager.Starting, fork(), crash}, {manager.BackingOff, fork(), crash},
		}, "! Web ended with; ! Web cannot"},
		"two crashes": {[]view{
			{state: manager.Ready}, {manager.BackingOff, nil, crash}, {manager.Starting, nil, crash}, {manager.BackingOff, nil, &manager.Exit{Code: 3}},
		}, "✓ Web; ! Web ended; ! Web ended"},
		"unhealthy twice": {[]view{
			{state: manager.Ready}, {manager.Stopping, sick(), nil}, {manager.BackingOff, nil, crash}, {manager.Ready, nil, crash}, {manager.Stopping, sick(), crash},
		}, "✓ Web; ! Web; ! Web ended; ✓ Web; ! Web"},
	} {
		var out strings.Builder
		s := &screen{out: &out, shown: map[string]seen{}}
		for _, v := range test.views {
			s.Show(manager.Snapshot{Services: []manager.Service{{Name: "web", Title: "Web", State: v.state, Problem: v.problem, LastExit: v.exit}}})
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		want := strings.Split(test.want, "; ")
		matches := len(lines) == len(want)
		for i := 0; matches && i < len(want); i++ {
			matches = strings.HasPrefix(strings.TrimSpace(lines[i]), want[i])
		}
		if !matches {
			t.Errorf("%s: it prints\n%s", name, out.String())
		}
	}
}
