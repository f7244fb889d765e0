package login

import (
	"testing"

	"golang.org/x/sys/windows/registry"
)

// own has nothing to do: the list is in the registry, and the test takes its entry out.
func own(*testing.T) {}

// The Task Manager leaves the entry and notes beside it that it is switched off.
func TestSwitchedOffElsewhere(t *testing.T) {
	e := Entry{"Configurable Agents", `C:\Program Files\agents-tray\agents-tray.exe`, nil}
	if err := e.Enable(); err != nil {
		t.Fatal(err)
	}
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
		if err := key.SetBinaryValue(identity, []byte{first, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
			t.Fatal(err)
		}
		if e.Enabled() != want {
			t.Errorf("with %d it is started: %t", first, !want)
		}
	}
	if err := e.Enable(); err != nil { // in the menu: it holds over what was chosen before
		t.Fatal(err)
	}
	if !e.Enabled() {
		t.Error("it is switched off still")
	}
}
