package platform

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Every way of writing is noticed: each journal mode, and a writer that stays connected.
func TestChangesAreNoticedAsTheyAreWritten(t *testing.T) {
	for _, mode := range []string{"DELETE", "TRUNCATE", "PERSIST", "WAL"} {
		t.Run(mode, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "configurable_agents.db")
			writer := database(t, path, `PRAGMA journal_mode = `+mode, newer)
			told := watch(t, path)
			told.until(t, "")
			for range 3 {
				execute(t, writer, run("executions", "a", "running", 1, `{}`, ``))
				told.until(t, "", "a")
				execute(t, writer, `DELETE FROM executions`)
				told.until(t, "")
			}
			must(t, writer.Close())
			database(t, path, run("executions", "b", "running", 1, `{}`, ``))
			told.until(t, "", "b")
		})
	}
}

// Readers change nothing, and reading is nothing that would have to be read.
func TestWatchingDoesNotWakeItself(t *testing.T) {
	for _, mode := range []string{"DELETE", "WAL"} {
		t.Run(mode, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "configurable_agents.db")
			writer := database(t, path, `PRAGMA journal_mode = `+mode, newer)
			must(t, writer.Close())
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var reads atomic.Int32
			told := make(states, 100)
			w, err := Watch(Options{Path: path, Changed: func(s State) { told <- s }, settle: time.Millisecond, reads: func() { reads.Add(1) }})
			if err != nil {
				t.Fatal(err)
			}
			told.until(t, "")
			for range 5 { // each change is told when it was read, so a reading that wakes itself would have run many times by the end
				writer := database(t, path, run("executions", "a", "running", 0, `{}`, ``))
				told.until(t, "", "a")
				execute(t, writer, `DELETE FROM executions`)
				told.until(t, "")
				must(t, writer.Close())
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			if n := reads.Load(); n > 100 {
				t.Errorf("10 changes were read %d times", n)
			}
			if mode == "DELETE" {
				after, err := os.ReadFile(path)
				if err != nil || len(after) != len(before) {
					t.Errorf("the file has %d bytes, had %d (%v)", len(after), len(before), err)
				}
			}
		})
	}
}

// Whatever becomes of the file is told in words, and it goes on.
func TestAFileThatComesGoesAndBreaks(t *testing.T) {
	above := t.TempDir()
	folder := filepath.Join(above, "deep", "er")
	path := filepath.Join(folder, "configurable_agents.db")
	told := watch(t, path)
	told.until(t, Missing)
	must(t, os.MkdirAll(folder, 0o700))
	create := func(id string) {
		t.Helper()
		conn := database(t, path, newer, run("executions", id, "running", 1, `{}`, ``))
		must(t, conn.Close())
	}
	create("first")
	told.until(t, "", "first")
	must(t, os.Remove(path))
	told.until(t, Missing)
	create("second")
	told.until(t, "", "second")
	must(t, os.WriteFile(path, []byte(strings.Repeat("no database at all ", 1000)), 0o600))
	told.until(t, Damaged)
	must(t, os.Remove(path))
	create("third")
	told.until(t, "", "third")

	must(t, os.Rename(folder, filepath.Join(above, "aside")))
	told.until(t, Missing)
	must(t, os.MkdirAll(folder, 0o700))
	create("fourth")
	told.until(t, "", "fourth")

	replacement := filepath.Join(above, "new.db")
	conn := database(t, replacement, older, run("workflow_runs", "fifth", "running", 1, `{}`, ``))
	must(t, conn.Close())
	must(t, os.Rename(replacement, path))
	told.until(t, "", "fifth")
}

// While another program holds the file nothing is known that was not known before.
func TestALockedFile(t *testing.T) {
	for _, mode := range []string{"DELETE", "WAL"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "configurable_agents.db")
			writer := database(t, path, `PRAGMA journal_mode = `+mode, newer, run("executions", "a", "running", 1, `{}`, ``))
			told := watch(t, path)
			told.until(t, "", "a")
			execute(t, writer, `BEGIN EXCLUSIVE; DELETE FROM executions; PRAGMA cache_size = 1`)
			if mode == "DELETE" { // with WAL readers and a writer do not meet
				told.until(t, Locked, "a")
			}
			execute(t, writer, `COMMIT`)
			told.until(t, "")
		})
	}
}

// What stood as running when the session began was left behind by a platform that was killed:
// it counts once its row changes. What comes later counts, whatever it says.
func TestWhatAnEarlierPlatformLeftDoesNotCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "configurable_agents.db")
	writer := database(t, path, newer)
	execute(t, writer, run("executions", "left", "running", 5, `{}`, ``))
	execute(t, writer, run("executions", "waiting", "pending", 5, `{}`, ``))
	told := make(states, 100)
	w, err := Watch(Options{Path: path, Since: time.Now().Add(-time.Hour), Began: time.Now(), Changed: func(s State) { told <- s }, settle: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	told.until(t, "")
	execute(t, writer, run("executions", "now", "running", 1, `{}`, ``))
	told.until(t, "", "now")
	execute(t, writer, `UPDATE executions SET status = 'running' WHERE id = 'waiting'`)
	told.until(t, "", "waiting", "now")
	execute(t, writer, `DELETE FROM executions WHERE id <> 'left'`)
	told.until(t, "")
}
