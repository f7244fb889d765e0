package login

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/adrg/xdg"
)

// Desktops' own settings switch a program off in its entry.
func TestSwitchedOffElsewhere(t *testing.T) {
	e := Entry{"Configurable Agents", "/usr/bin/agents-tray", nil}
	own(t)
	if err := e.Enable(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(xdg.ConfigHome, "autostart", "agents-tray.desktop")
	entry, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]bool{
		"Hidden=true": false, "Hidden=false": true, "X-GNOME-Autostart-enabled=false": false, "X-GNOME-Autostart-enabled=true": true, "": true,
	} {
		if err := os.WriteFile(path, append(entry, line+"\n"...), 0o600); err != nil {
			t.Fatal(err)
		}
		if e.Enabled() != want {
			t.Errorf("with %q it is started: %t", line, !want)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if e.Enabled() {
		t.Error("the entry was removed, and it is started")
	}
}

// A word of the command reads the same after the two layers of escaping.
func TestTheCommandIsQuoted(t *testing.T) {
	for argument, want := range map[string]string{
		"/usr/bin/agents-tray": "/usr/bin/agents-tray",
		"a b":                  `"a b"`,
		"100%":                 `"100%%"`,
		`say "$HOME"`:          `"say \\"\\$HOME\\""`,
		`back\slash`:           `"back\\\\slash"`,
		"":                     `""`,
	} {
		if got := quote(argument); got != want {
			t.Errorf("%s is %s, want %s", argument, got, want)
		}
	}
}
