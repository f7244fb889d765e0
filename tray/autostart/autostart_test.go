package autostart

import (
	"path/filepath"
	"slices"
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
	if e.State() != Off {
		t.Error("it is started at login before anybody has asked for it")
	}
	for range 2 { // twice is no fault
		must(t, e.Enable())
	}
	if e.State() != On {
		t.Error("it is not started at login")
	}
	other := Entry{"", filepath.FromSlash("/opt/My apps/agents-tray-old"), nil}
	if other.State() != Another {
		t.Error("another program takes the entry for its own")
	}
	if err := other.Enable(); err != nil || other.State() != On || e.State() != Another {
		t.Errorf("choosing it does not mend it: %v", err)
	}
	for range 2 {
		must(t, e.Disable())
	}
	if e.State() != Off {
		t.Error("it is still started at login")
	}
}

func TestThis(t *testing.T) {
	e, err := This("Configurable Agents", []string{"--no-chat"})
	if err != nil || !filepath.IsAbs(e.Program) || !slices.Equal(e.arguments(), []string{"--at-login", "--no-chat"}) {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestWhatGoRunHasMadeIsNotStartedAtLogin(t *testing.T) {
	t.Setenv("GOCACHE", filepath.FromSlash("/somewhere/cache"))
	for path, stays := range map[string]bool{
		"/usr/bin/agents-tray": true, "/home/me/agents-tray/agents-tray": true, "/somewhere/cached/agents-tray": true,
		"/tmp/go-build123/b001/exe/agents-tray": false, "/home/me/.cache/go-build/f0/f0e8-d/agents-tray": false,
		"/somewhere/cache/f0/f0e8-d/agents-tray": false,
	} {
		if err := (Entry{Program: filepath.FromSlash(path)}).canStay(); (err == nil) != stays {
			t.Errorf("of %s it says: %v", path, err)
		}
	}
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
