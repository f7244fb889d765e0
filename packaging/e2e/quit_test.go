//go:build linux

package e2e

import (
	"os"
	"testing"
	"time"

	"agents-tray/manager"
)

// Asked to quit from elsewhere, the instance is gone when the command returns, and has ended
// cleanly. With nobody there, there is nothing to do, and nothing is made.
func TestQuitFromElsewhere(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	running := u.launch("ui").ready()
	for _, want := range []string{"Everything is stopped.\n", "It is not running.\n"} {
		if said := u.Command("quit"); said != want {
			t.Errorf("it says %q", said)
		}
		u.NothingLeft()
	}
	running.CleanEnd()
	u.recorded("clean")
}

// A service that does not stop is killed in the end; meanwhile the icon says what goes
// on, and it goes last.
func TestAHangingServiceDoesNotHangQuit(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices(`  deaf: {command: [sh, -c, "trap '' TERM; while :; do sleep 600; done"]}` + "\n")
	p := u.launchExactly()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	began := time.Now()
	click(t, item, "Quit")
	item.WaitLabel(t.Context(), "Stopping…")
	if service := p.now(); service.Phase != manager.PhaseStopping {
		t.Errorf("the icon was there while the phase was %s", service.Phase)
	}
	item.WaitGone(t.Context())
	if _, err := os.Stat(u.State("control.json")); err == nil {
		t.Error("the icon went before the session had ended")
	}
	p.ends(0)
	if took := time.Since(began); took > manager.Grace+3*time.Second {
		t.Errorf("Quit took %v", took)
	}
}
