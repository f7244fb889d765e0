package autostart

import (
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// own has nothing to do: the list is in the registry, and the test takes its entry out.
func own(*testing.T) {}

// The Task Manager leaves the entry and notes beside it that it is switched off.
func TestSwitchedOffElsewhere(t *testing.T) {
	e := Entry{"Configurable Agents", `C:\Program Files\agents-tray\agents-tray.exe`, nil}
	must(t, e.Enable())
	t.Cleanup(func() {
		if err := e.Disable(); err != nil {
			t.Error(err)
		}
	})
	key, _, err := registry.CreateKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	for first, want := range map[byte]bool{2: true, 3: false, 6: true, 7: false} {
		must(t, key.SetBinaryValue(identity, []byte{first, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
		if (e.State() == On) != want {
			t.Errorf("with %d it is started: %t", first, !want)
		}
	}
	if err := e.Enable(); err != nil { // in the menu: it holds over what was chosen before
		t.Fatal(err)
	}
	if e.State() != On {
		t.Error("it is switched off still")
	}
}

// The setup writes the program in quotes, also where it needs none.
func TestTheSetupsEntryIsKnown(t *testing.T) {
	e := Entry{"Configurable Agents", `C:\Users\me\AppData\Local\Programs\agents-tray\agents-tray.exe`, nil}
	if want := `"` + e.Program + `" --at-login`; e.command() != want {
		t.Errorf("the menu writes %s, the setup %s", e.command(), want)
	}
	t.Cleanup(func() {
		if err := e.Disable(); err != nil {
			t.Error(err)
		}
	})
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	for command, want := range map[string]State{
		`"` + e.Program + `"`: On, `"` + e.Program + `" --at-login`: On, e.Program: On, `"C:\else where\agents-tray.exe"`: Another,
	} {
		must(t, key.SetStringValue(identity, command))
		if got := e.State(); got != want {
			t.Errorf("of %s it says %v", command, got)
		}
	}
}

// Windows leaves out what is longer, without a word.
func TestACommandThatIsTooLongIsRefused(t *testing.T) {
	e := Entry{"Configurable Agents", `C:\agents-tray.exe`, []string{"--config", `C:\` + strings.Repeat("long", 60)}}
	if err := e.Enable(); err == nil || !strings.Contains(err.Error(), "260") || e.State() != Off {
		t.Errorf("%v, %v", err, e.State())
	}
}
