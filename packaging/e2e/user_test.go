//go:build linux

// Package e2e tests the whole program, as it is started and as it is seen from outside.
package e2e

import (
	"os"
	"slices"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/packaging/e2e/harness"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
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

// ends asserts that the program ends with a status.
func (p *program) ends(status int) {
	p.u.T.Helper()
	if got := p.End(); got != status {
		p.u.T.Errorf("agents-tray %q ended with status %d", p.Args[1:], got)
	}
}

// now is the program's state as it is.
func (p *program) now() control.Status {
	p.u.T.Helper()
	return p.Status("it answers", func(control.Status) bool { return true })
}

// quit ends the program as a user does.
func (p *program) quit() {
	p.u.T.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		p.u.T.Error(err)
	}
	p.CleanEnd()
}

// kill ends the program's process by a signal, and waits until nothing of it is left.
func (p *program) kill(sig syscall.Signal) {
	p.u.T.Helper()
	must(p.u.T, p.Process.Signal(sig))
	p.End()
	guardtest.NothingLeft(p.u.T, p.u.Mark(), deadline)
}

// killWithGuard is kill of tray and guard together.
func (p *program) killWithGuard() {
	p.u.T.Helper()
	must(p.u.T, syscall.Kill(p.now().Guard, syscall.SIGKILL))
	p.kill(syscall.SIGKILL)
}

// is reports whether a service is in a state.
func is(service string, state manager.State) func(control.Status) bool {
	return func(s control.Status) bool {
		found, _ := s.Service(service)
		return found.State == state
	}
}

// client asks the running program as its services and commands do.
func (u *user) client() *control.Client {
	u.T.Helper()
	address, err := u.Address()
	if err != nil {
		u.T.Fatal(err)
	}
	return control.NewClient(address)
}

// opens asserts that the next page the browser is started for is this one.
func (u *user) opens(url string) {
	u.T.Helper()
	if opened := u.Browser.Wait(u.T.Context()); opened != url {
		u.T.Errorf("it opened %s", opened)
	}
}

// fails asserts that another agents-tray with these arguments ends with a status, and says all
// of these.
func (u *user) fails(status int, args []string, says ...string) {
	u.T.Helper()
	p := u.launchExactly(args...)
	if got := p.End(); got != status {
		u.T.Errorf("agents-tray %q: exit status %d", args, got)
	}
	webtest.Contains(u.T, p.Out.String(), says...)
}

// endedBecause asserts what the record says of the end of the latest session.
func (u *user) endedBecause(reason string) {
	u.T.Helper()
	sessions := u.record()
	if last := sessions[len(sessions)-1]; last.detail != reason {
		u.T.Errorf("the record says %+v", last)
	}
}

// withLogind gives the user a system's bus with a login manager.
func (u *user) withLogind() *traytest.Logind {
	u.T.Helper()
	bus := traytest.StartBus(u.T)
	u.System = bus.Address
	return bus.StartLogind(u.T)
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

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
