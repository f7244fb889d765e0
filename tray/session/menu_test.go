package session

import (
	"testing"

	"agents-tray/manager"
	"agents-tray/tray"
)

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
