//go:build linux

package main

import (
	"strings"
	"testing"
)

// Asked to quit from elsewhere, the instance is gone when the command returns, and the
// next one takes it for a clean end.
func TestQuitFromElsewhere(t *testing.T) {
	u := newUser(t)
	running := u.launch("ui").ready()
	quit := u.launchExactly("quit")
	if status := quit.end(); status != 0 || !strings.Contains(quit.out.String(), "Everything is stopped.") {
		t.Errorf("exit status %d: %s", status, quit.out.String())
	}
	u.nothingLeft()
	running.cleanEnd()
	if sessions := u.record(); len(sessions) != 1 || sessions[0].ending != "clean" {
		t.Errorf("recorded: %+v", sessions)
	}
}

// With nobody there, there is nothing to do, and nothing is made.
func TestQuitWhereNothingRuns(t *testing.T) {
	u := newUser(t)
	quit := u.launchExactly("quit")
	if status := quit.end(); status != 0 || !strings.Contains(quit.out.String(), "It is not running.") {
		t.Errorf("exit status %d: %s", status, quit.out.String())
	}
	u.nothingLeft()
}
