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
	if err := m.StartAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, _ := m.Snapshot().Service("early"); s.State != Stopped || s.ByHand || !s.Once {
		t.Errorf("before it was asked for: %+v", s)
	}
	for command, state := range map[string]State{"false": Failed, "true": Completed} {
		once := spec.ServiceSpec{Name: "once-" + command, Command: []string{command}, Once: true, Restart: spec.Restart{Policy: spec.RestartAlways}}
		if err := m.AddService(once); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := m.Start(once.Name); err != nil {
				t.Fatal(err)
			}
			await(t, m, once.Name, string(state), func(s Service) bool { return s.State == state })
		}
	}
	if phase := m.Snapshot().Phase; phase != PhaseRunning {
		t.Errorf("the whole is %s", phase)
	}
}
