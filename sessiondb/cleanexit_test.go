package sessiondb

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A farewell is believed of its session only, and kept in the record.
func TestAFarewell(t *testing.T) {
	for of, want := range map[string]Ending{"first": Clean, "another": NotEnded} {
		t.Run(of, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			r := open(t, path)
			begin(t, r, "first")
			end(t, r, false)
			r = open(t, path)
			previous, err := r.Begin(Session{Mark: "second", Farewells: []Farewell{{of, "Quit by the user", time.Now()}}})
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

// Farewells are left in the first place that can be written, the latest of them.
func TestFarewellsAreLeft(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere, somewhere := filepath.Join(folder, "file", "farewells"), filepath.Join(folder, "farewells")
	if err := LeaveFarewell(Farewell{Mark: "lost"}, nowhere); err == nil {
		t.Error("it was left nowhere")
	}
	for n := range keepFarewells + 1 {
		if err := LeaveFarewell(Farewell{Mark: fmt.Sprint(n)}, nowhere, somewhere); err != nil {
			t.Fatal(err)
		}
	}
	all := ReadFarewells(nowhere, somewhere)
	if len(all) != keepFarewells || all[0].Mark != "1" || all[keepFarewells-1].Mark != fmt.Sprint(keepFarewells) {
		t.Errorf("left were %+v", all)
	}
	if err := os.WriteFile(somewhere, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all := ReadFarewells(somewhere); len(all) != 0 {
		t.Errorf("read were %+v", all)
	}
}
