package sessiondb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// A folder that is not there when the program starts is no reason not to start; the
// session is in the record as soon as it is.
func TestAFolderThatComesLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "session.db")
	var w witness
	r := Open(path, w.options())
	if previous, err := r.Begin(Session{Mark: "s"}); previous != nil || err == nil {
		t.Errorf("begin: %+v, %v", previous, err)
	}
	if len(w.troubles) != 1 || !strings.Contains(w.troubles[0].Error(), path) {
		t.Errorf("told of %v", w.troubles)
	}
	r.Add(Event{Service: "a", Kind: "started"})
	if err := r.trySave(); err == nil {
		t.Error("saved to nowhere")
	}
	must(t, os.Mkdir(filepath.Dir(path), 0o700))
	r.Add(Event{Service: "b", Kind: "started"})
	r.flush(t)
	end(t, r, true)
	holds(t, path, `SELECT s.ending, group_concat(e.service) FROM sessions s JOIN service_events e ON e.session = s.id`, "clean|a,b")
}

// What could not be saved is saved later, by itself and in order.
func TestALockedFileIsCaughtUpWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	told := make(chan error, 10)
	r := Open(path, Options{OnSaveError: func(err error) { told <- err }})
	begin(t, r, "s")
	r.do(func() { _ = r.conn.BusyTimeout(time.Millisecond) })
	other, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	must(t, other.Exec(`BEGIN EXCLUSIVE`))
	r.Add(Event{Service: "a", Kind: "started"})
	if err := <-told; !errors.Is(err, sqlite3.BUSY) {
		t.Fatalf("told %v", err)
	}
	r.Add(Event{Service: "b", Kind: "started"})
	must(t, other.Exec(`COMMIT`))
	if err := <-told; err != nil {
		t.Errorf("told %v", err)
	}
	end(t, r, true)
	holds(t, path, `SELECT service FROM service_events ORDER BY id`, "a\nb")
}

// While nothing can be saved, memory is bounded, and what is lost is counted.
func TestTooMuchWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "session.db")
	r := Open(path, Options{})
	_, _ = r.Begin(Session{Mark: "s"}) // cannot be
	for i := range maxWaiting + 5 {
		r.Add(Event{Service: fmt.Sprint(i), Kind: "started"})
		if i == maxWaiting/2 {
			_ = r.trySave() // neither can this
		}
	}
	must(t, os.Mkdir(filepath.Dir(path), 0o700))
	r.flush(t)
	holds(t, path, `SELECT kind, detail, (SELECT min(CAST(service AS INTEGER)) FROM service_events WHERE kind = 'started') FROM service_events LIMIT 1`, "missed|5 events, while nothing could be saved|5")
	end(t, r, true)
}

// A file that another program holds when the session begins is written as soon as it can
// be: by itself, and whether it could be read meanwhile or not.
func TestAFileThatIsLockedWhenTheSessionBegins(t *testing.T) {
	for _, lock := range []string{`BEGIN IMMEDIATE`, `BEGIN EXCLUSIVE`} {
		t.Run(lock, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			before := Open(path, Options{})
			begin(t, before, "before")
			end(t, before, true)
			other, err := sqlite3.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			must(t, other.Exec(lock))
			told := make(chan error, 10)
			r := Open(path, Options{OnSaveError: func(err error) { told <- err }, busy: time.Millisecond})
			previous, err := r.Begin(Session{Mark: "s"})
			if !errors.Is(err, sqlite3.BUSY) {
				t.Fatalf("begin: %+v, %v", previous, err)
			}
			if lock == `BEGIN IMMEDIATE` && (previous == nil || previous.Mark != "before") {
				t.Errorf("of the session before it is known: %+v", previous)
			}
			if err := <-told; !errors.Is(err, sqlite3.BUSY) {
				t.Fatalf("told %v", err)
			}
			must(t, other.Exec(`COMMIT`))
			if err := <-told; err != nil { // without anything that is added
				t.Errorf("told %v", err)
			}
			holds(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`, "before|clean\ns|")
			end(t, r, true)
		})
	}
}
