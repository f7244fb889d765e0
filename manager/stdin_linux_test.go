package manager

import (
	"testing"

	"agents-tray/manager/spec"
)

// Many programs end when their standard input does: it is held open until the service is to stop,
// and then it ends. What is to have none, and what runs once, is at its end from the start.
func TestStandardInput(t *testing.T) {
	reader := func(name string, stdin spec.Stdin, once bool) spec.ServiceSpec {
		const deaf = `trap "" TERM; echo up; cat; echo its input has ended`
		return spec.ServiceSpec{
			Name: name, Title: name, Command: []string{"sh", "-c", deaf}, Stdin: stdin, Once: once,
			Restart: spec.Restart{Policy: spec.RestartOnFailure},
		}
	}
	m := newManager(t, reader("default", "", false), reader("open", spec.StdinOpen, false), reader("empty", spec.StdinEmpty, false), reader("once", "", true))
	startAll(t, m)
	must(t, m.Start("once"))
	for _, name := range []string{"empty", "once"} {
		if s := awaitState(t, m, name, Completed); s.LastExit.Failure() || s.Problem != nil {
			t.Errorf("%s ended with %+v, which is told as %v", name, s.LastExit, s.Problem)
		}
	}
	for _, name := range []string{"default", "open"} {
		awaitOutput(t, m, name, 1)
		if s, _ := m.Snapshot().Service(name); s.State != Ready || s.Restarts > 0 {
			t.Errorf("%s is %s, after %d restarts", name, s.State, s.Restarts)
		}
		must(t, m.Stop(name))
		if s := awaitState(t, m, name, Stopped); s.LastExit.Code != 0 || s.LastExit.Grace != 0 {
			t.Errorf("%s was not asked by the end of its input, but ended with %+v", name, s.LastExit)
		}
	}
}
