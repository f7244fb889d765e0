package login

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestOnAndOff(t *testing.T) {
	e := Entry{"Configurable Agents", filepath.FromSlash("/opt/My apps/agents-tray"), []string{"--config", "a b.yaml"}}
	own(t)
	t.Cleanup(func() {
		if err := e.Disable(); err != nil {
			t.Error(err)
		}
	})
	if e.Enabled() {
		t.Error("it is started at login before anybody has asked for it")
	}
	for range 2 { // twice is no fault
		if err := e.Enable(); err != nil {
			t.Fatal(err)
		}
	}
	if !e.Enabled() {
		t.Error("it is not started at login")
	}
	if other := (Entry{"", filepath.FromSlash("/opt/My apps/agents-tray-old"), nil}); other.Enabled() {
		t.Error("another program takes the entry for its own")
	}
	for range 2 {
		if err := e.Disable(); err != nil {
			t.Fatal(err)
		}
	}
	if e.Enabled() {
		t.Error("it is still started at login")
	}
}

func TestThis(t *testing.T) {
	e, err := This("Configurable Agents")
	if err != nil || !filepath.IsAbs(e.Program) || !strings.Contains(strings.Join(e.Args, " "), "-test.") {
		t.Errorf("%+v, %v", e, err)
	}
}
