package dashboard

import (
	"testing"

	"agents-tray/manager/control"
)

// Why the instance refuses is told in the language in which it tells it.
func TestWhyItIsRefused(t *testing.T) {
	for want, refused := range map[string]*control.Refused{
		"Das geht nicht.": {Status: 409, Message: "that cannot be", Told: "das geht nicht"},
		"That cannot be.": {Status: 409, Message: "that cannot be"}, // an earlier version
	} {
		if status, p := problemOf(refused, "What.", "Now."); status != 409 || p.Why != want || p.What != "What." || p.Now != "Now." {
			t.Errorf("%d, %+v", status, p)
		}
	}
}
