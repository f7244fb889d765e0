package instance

import (
	"testing"

	"agents-tray/manager"
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

// Each service whose port is taken can be moved, though the menu has a place for one.
func TestEachTakenPortHasAWayOut(t *testing.T) {
	held := func(name string, free int) manager.Service {
		return manager.Service{Name: name, Title: name, State: manager.Failed, Problem: &manager.Problem{Kind: manager.PortHeld, FreePort: free}}
	}
	m := tray.Model{Snapshot: manager.Snapshot{Phase: manager.PhaseTrouble, Services: []manager.Service{held("a", 7862), held("b", 7863)}}}
	for do, offers := range map[string]bool{"move a 7862": true, "move b 7863": true, "move b 7862": false, "move c 7863": false} {
		if intent, ok := chosen(offered(m), do); ok != offers || ok && intent.String() != do {
			t.Errorf("%s: %v, %t", do, intent, ok)
		}
	}
}
