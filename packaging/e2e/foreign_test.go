//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
	"agents-tray/sessiondb"
)

// The numbers in the record may have been given to others since: they are for people to
// read, and nobody is signalled by them.
func TestTheNumbersInTheRecordMayBeAStrangers(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	must(t, os.MkdirAll(filepath.Dir(u.State("session.db")), 0o700))
	record := sessiondb.Open(u.State("session.db"), sessiondb.Options{})
	stranger := guardtest.StartWitness(t, nil)
	_, err := record.Begin(sessiondb.Session{
		Mark: "before", Boot: proctree.BootID(), PID: stranger.PID,
		Services: []sessiondb.Service{{Name: guardtest.Cooperative, State: "ready", PID: stranger.PID}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := record.Close(); err != nil { // without an end
		t.Fatal(err)
	}
	if err := os.WriteFile(u.State("crash.txt"), nil, 0o600); err != nil { // which an end of its own would have removed
		t.Fatal(err)
	}
	p := u.launchKinds(guardtest.Cooperative)
	if p.settled().Unclean == nil {
		t.Error("it does not tell of the session before")
	}
	p.quit()
	u.recorded("killed", "clean")
	stranger.Untouched("who has the numbers of the session before")
}
