package session

import (
	"testing"

	"agents-tray/tray"
)

// A setting that is already as it is typed to be is no mistake.
func TestASettingThatIsSo(t *testing.T) {
	menu := []tray.Item{{Label: "Settings", Items: []tray.Item{
		{Label: "Start at login", Checkable: true, Intent: tray.Intent{Verb: tray.AtLogin, On: true}},
		{Label: "Notifications", Checkable: true, Checked: true, Intent: tray.Intent{Verb: tray.Notifications}},
		{Label: "Quit", Intent: tray.Intent{Verb: tray.Quit}},
	}}}
	for do, so := range map[string]bool{
		"at-login off": true, "at-login on": false, "notifications on": true, "notifications off": false, "quit": false, "at-login": false, "": false,
	} {
		if got := isSo(menu, do); got != so {
			t.Errorf("%q is so: %v", do, got)
		}
	}
}
