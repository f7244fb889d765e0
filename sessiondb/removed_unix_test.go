//go:build unix

package sessiondb

import (
	"os"
	"path/filepath"
	"testing"
)

// On Windows a file that is in use can neither be removed nor replaced.

// A file that is removed while it is in use is written anew, with all it held.
func TestAFileThatIsRemoved(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	for name, remove := range map[string]func() error{
		"the file":   func() error { return os.Remove(filepath.Join(folder, "session.db")) },
		"the folder": func() error { return os.RemoveAll(folder) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, os.MkdirAll(folder, 0o700))
			defer os.RemoveAll(folder)
			path := filepath.Join(folder, "session.db")
			r := open(t, path)
			begin(t, r, "first")
			end(t, r, true)
			var w witness
			r = Open(path, w.options())
			begin(t, r, "second")
			r.Add(Event{Service: "a", Kind: "started"})
			r.flush(t)
			must(t, remove())
			r.Add(Event{Service: "b", Kind: "started"})
			r.flush(t)
			if dirty := query(t, path, `SELECT dirty_shutdown FROM session_state`); dirty != "1" {
				t.Errorf("while it runs: %s", dirty)
			}
			end(t, r, true)
			holds(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`, "first|clean\nsecond|clean")
			holds(t, path, `SELECT service FROM service_events ORDER BY id`, "a\nb")
			if len(w.recoveries) != 1 || !w.recoveries[0].Removed || !w.recoveries[0].Complete {
				t.Errorf("recovered: %+v", w.recoveries)
			}
		})
	}
}

// A file that somebody puts in the place of ours is theirs to choose; this session is in it.
func TestAFileThatIsReplaced(t *testing.T) {
	folder := t.TempDir()
	path, other := filepath.Join(folder, "session.db"), filepath.Join(folder, "other.db")
	r := open(t, other)
	begin(t, r, "elsewhere")
	end(t, r, true)
	r = open(t, path)
	begin(t, r, "ours")
	must(t, os.Rename(other, path))
	r.Add(Event{Service: "a", Kind: "started"})
	r.flush(t)
	holds(t, path, `SELECT id, ending IS NULL FROM sessions ORDER BY rowid`, "elsewhere|0\nours|1")
	end(t, r, true)
}
