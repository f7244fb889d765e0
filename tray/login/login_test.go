package login

import (
	"path/filepath"
	"slices"
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

func TestOptions(t *testing.T) {
	for _, test := range []struct{ args, want []string }{
		{nil, nil},
		{[]string{"--chat-port", "1"}, []string{"--chat-port", "1"}},
		{[]string{"ui", "--chat-port", "1"}, []string{"--chat-port", "1"}},
		{[]string{"ui"}, nil},
		{[]string{"answer", "--", "agents-tray:x/0"}, nil},
	} {
		if got := options(test.args); !slices.Equal(got, test.want) {
			t.Errorf("of %q it keeps %q, not %q", test.args, got, test.want)
		}
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
