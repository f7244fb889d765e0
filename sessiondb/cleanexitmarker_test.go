package sessiondb

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A marker counts for its own session only, and is taken into the record.
func TestACleanExitMarker(t *testing.T) {
	for of, want := range map[string]Ending{"first": Clean, "another": NotEnded} {
		t.Run(of, func(t *testing.T) {
			path, r := begun(t, "first")
			end(t, r, false)
			r = open(t, path)
			previous, err := r.Begin(Session{Mark: "second", CleanExits: []CleanExit{{of, "Quit by the user", time.Now()}}})
			if err != nil || previous == nil || previous.Ending != want {
				t.Errorf("the session before is %+v (%v)", previous, err)
			}
			kept := query(t, path, `SELECT ending || ', ' || detail FROM sessions WHERE id = 'first'`)
			if wanted := map[Ending]string{Clean: "clean, Quit by the user", NotEnded: "unexpected, "}[want]; kept != wanted {
				t.Errorf("kept is %q", kept)
			}
			end(t, r, true)
		})
	}
}

// Markers are written to the first file that can be, and the latest are kept.
func TestCleanExitMarkersAreWritten(t *testing.T) {
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
	unwritable, writable := filepath.Join(folder, "file", "farewells"), filepath.Join(folder, "farewells")
	if err := WriteCleanExit(CleanExit{Mark: "lost"}, unwritable); err == nil {
		t.Error("it was written to a file below a file")
	}
	for n := range maxCleanExits + 1 {
		must(t, WriteCleanExit(CleanExit{Mark: fmt.Sprint(n)}, unwritable, writable))
	}
	all := ReadCleanExits(unwritable, writable)
	if len(all) != maxCleanExits || all[0].Mark != "1" || all[maxCleanExits-1].Mark != fmt.Sprint(maxCleanExits) {
		t.Errorf("left were %+v", all)
	}
	must(t, os.WriteFile(writable, []byte("not ours"), 0o600))
	if all := ReadCleanExits(writable); len(all) != 0 {
		t.Errorf("read were %+v", all)
	}
}
