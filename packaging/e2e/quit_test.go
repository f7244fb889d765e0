//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
)

// Asked to quit from elsewhere, the instance is gone when the command returns, and the
// next one takes it for a clean end.
func TestQuitFromElsewhere(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	running := u.launch("ui").ready()
	quit := u.launchExactly("quit")
	if status := quit.End(); status != 0 || !strings.Contains(quit.Out.String(), "Everything is stopped.") {
		t.Errorf("exit status %d: %s", status, quit.Out.String())
	}
	u.NothingLeft()
	running.CleanEnd()
	if sessions := u.record(); len(sessions) != 1 || sessions[0].ending != "clean" {
		t.Errorf("recorded: %+v", sessions)
	}
}

// With nobody there, there is nothing to do, and nothing is made.
func TestQuitWhereNothingRuns(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	quit := u.launchExactly("quit")
	if status := quit.End(); status != 0 || !strings.Contains(quit.Out.String(), "It is not running.") {
		t.Errorf("exit status %d: %s", status, quit.Out.String())
	}
	u.NothingLeft()
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
	if service := p.Status("it answers until the end", func(control.Status) bool { return true }); service.Phase != manager.PhaseStopping {
		t.Errorf("the icon was there while the phase was %s", service.Phase)
	}
	item.WaitGone(t.Context())
	if _, err := os.Stat(u.State("control.json")); err == nil {
		t.Error("the icon went before the session had ended")
	}
	if status := p.End(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if took := time.Since(began); took > manager.Grace+3*time.Second {
		t.Errorf("Quit took %v", took)
	}
}
