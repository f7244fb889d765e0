//go:build linux

package manager

import (
	"testing"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

// A single run is added while others run, runs only when it is asked for, and whatever
// becomes of it says nothing about the whole.
func TestASingleRunIsNoPartOfTheWhole(t *testing.T) {
	early := spec.ServiceSpec{Name: "early", Command: []string{"false"}, Once: true}
	m := newManager(t, newSpec("web", guardtest.Cooperative), early)
	must(t, m.StartAll(t.Context()))
	if s, _ := m.Snapshot().Service("early"); s.State != Stopped || s.ByHand || !s.Once {
		t.Errorf("before it was asked for: %+v", s)
	}
	for command, state := range map[string]State{"false": Failed, "true": Completed} {
		once := spec.ServiceSpec{Name: "once-" + command, Command: []string{command}, Once: true, Restart: spec.Restart{Policy: spec.RestartAlways}}
		must(t, m.AddService(once))
		for range 2 {
			must(t, m.Start(once.Name))
			await(t, m, once.Name, string(state), func(s Service) bool { return s.State == state })
		}
	}
	if phase := m.Snapshot().Phase; phase != PhaseRunning {
		t.Errorf("the whole is %s", phase)
	}
}
