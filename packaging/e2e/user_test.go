//go:build linux

// Package e2e tests the whole program, as it is started and as it is seen from outside.
package e2e

import (
	"os"
	"slices"
	"testing"

	"agents-tray/packaging/e2e/harness"
)

const (
	patience = harness.Patience
	deadline = harness.Deadline
)

func TestMain(m *testing.M) {
	standIn()
	os.Exit(harness.Main(m))
}

// user is a user with what these tests ask of one, beside each group of tests.
type user struct{ *harness.User }

func newUser(t testing.TB) *user { return &user{harness.NewUser(t)} }

func (u *user) withDesktop() *user {
	u.WithDesktop()
	return u
}

func (u *user) launch(args ...string) *program        { return &program{u.Launch(args...), u} }
func (u *user) launchExactly(args ...string) *program { return &program{u.LaunchExactly(args...), u} }

// program is a started program of such a user.
type program struct {
	*harness.Program
	u *user
}

func (p *program) ready() *program {
	p.Ready()
	return p
}

type process = harness.Process

// process is that of the user's with a process id.
func (u *user) process(pid int) process {
	u.T.Helper()
	all := u.Processes()
	i := slices.IndexFunc(all, func(p process) bool { return p.PID() == pid })
	if i < 0 {
		u.T.Fatalf("process %d is none of %v", pid, all)
	}
	return all[i]
}
