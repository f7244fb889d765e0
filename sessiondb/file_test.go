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

// A witness hears what a record has to say.
type witness struct {
	troubles []error
	mendings []Mending
}

func (w *witness) options() Options {
	return Options{
		Trouble: func(err error) { w.troubles = append(w.troubles, err) },
		Mended:  func(m Mending) { w.mendings = append(w.mendings, m) },
	}
}

// damages are what can befall a file.
func damages(t *testing.T, whole []byte) map[string][]byte {
	scrambled := append([]byte{}, whole...)
	for i := 4096; i < len(scrambled); i++ {
		scrambled[i] ^= 0x5a
	}
	return map[string][]byte{
		"not a database": []byte(strings.Repeat("hello ", 1000)),
		"cut short":      whole[:len(whole)-5000],
		"scrambled":      scrambled,
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestADamagedFileIsSetAside(t *testing.T) {
	healthy := filepath.Join(t.TempDir(), "session.db")
	r := open(t, healthy)
	begin(t, r, "s")
	end(t, r, true)
	for name, content := range damages(t, readFile(t, healthy)) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			var w witness
			r := Open(path, w.options())
			if previous := begin(t, r, "s"); previous != nil {
				t.Errorf("a fresh record knows of %+v", previous)
			}
			if len(w.mendings) != 1 || !strings.Contains(filepath.Base(w.mendings[0].Aside), "damaged") || !w.mendings[0].Copy.IsZero() {
				t.Fatalf("mended: %+v", w.mendings)
			}
			if kept := readFile(t, w.mendings[0].Aside); string(kept) != string(content) {
				t.Error("the damaged file was changed")
			}
			end(t, r, true)
		})
	}
}

// A damaged file is replaced by the last good copy. How the last session ended is not in
// it, so that is not claimed.
func TestTheLastGoodCopyIsRestored(t *testing.T) {
	healthy := filepath.Join(t.TempDir(), "session.db")
	r := open(t, healthy)
	begin(t, r, "first")
	end(t, r, true)
	r = open(t, healthy)
	begin(t, r, "second")
	r.SetServices([]Service{{Name: "chat", ByHand: true}})
	r.flush(t)
	r.do(r.keepCopy)
	end(t, r, true)
	for name, content := range damages(t, readFile(t, healthy)) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			for file, content := range map[string][]byte{path: content, path + ".copy": readFile(t, healthy+".copy")} {
				if err := os.WriteFile(file, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var w witness
			r := Open(path, w.options())
			previous := begin(t, r, "third")
			if previous == nil || previous.Mark != "second" || previous.Ending != Unknown || fmt.Sprint(previous.Stopped) != "[chat]" {
				t.Errorf("the copy says %+v", previous)
			}
			if len(w.mendings) != 1 || w.mendings[0].Aside == "" || time.Since(w.mendings[0].Copy) > time.Minute {
				t.Errorf("mended: %+v", w.mendings)
			}
			end(t, r, true)
			if got := query(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`); got != "first|clean\nsecond|unknown\nthird|clean" {
				t.Errorf("the history is\n%s", got)
			}
		})
	}
	t.Run("the copy is damaged, too", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "session.db")
		for _, file := range []string{path, path + ".copy"} {
			if err := os.WriteFile(file, []byte(strings.Repeat("hello ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var w witness
		r := Open(path, w.options())
		if previous := begin(t, r, "third"); previous != nil || len(w.mendings) != 1 || !w.mendings[0].Copy.IsZero() {
			t.Errorf("%+v, mended: %+v", previous, w.mendings)
		}
		end(t, r, true)
	})
}

// Damage among the events is found when the copy is to be made; the session goes on in the
// earlier copy.
func TestDamageAmongTheEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	r := open(t, path)
	begin(t, r, "first")
	r.do(r.keepCopy)
	for range 2000 {
		r.Add(Event{At: time.Now(), Service: "chat", Kind: "started"})
	}
	end(t, r, true)
	content := readFile(t, path)
	for i := len(content) - 8*4096; i < len(content)-4*4096; i++ {
		content[i] ^= 0x5a
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	var w witness
	r = Open(path, w.options())
	if previous := begin(t, r, "second"); previous == nil || previous.Ending != Clean {
		t.Errorf("the session before is %+v", previous)
	}
	r.Add(Event{At: time.Now(), Service: "web", Kind: "started"})
	r.flush(t)
	r.do(r.keepCopy)
	if len(w.mendings) != 1 || w.mendings[0].Copy.IsZero() {
		t.Fatalf("mended: %+v", w.mendings)
	}
	r.Add(Event{At: time.Now(), Service: "web", Kind: "ready"})
	end(t, r, true)
	if got := query(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`); got != "first|unknown\nsecond|clean" {
		t.Errorf("the history is\n%s", got)
	}
	if got := query(t, path, `PRAGMA integrity_check`); got != "ok" {
		t.Errorf("the file is not in order: %s", got)
	}
	if got := query(t, path, `SELECT kind FROM service_events WHERE session = 'second'`); got != "ready" {
		t.Errorf("the events are %q", got)
	}
}

// The copy is made by itself, once the session has begun.
func TestACopyIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	r := open(t, path)
	begin(t, r, "s")
	r.Add(Event{Kind: "started"})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path + ".copy"); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("there is no copy")
		}
	}
	end(t, r, true)
	if got := query(t, path+".copy", `SELECT id, ending IS NULL FROM sessions`); got != "s|1" {
		t.Errorf("the copy says %s", got)
	}
	if left, err := filepath.Glob(path + ".copy*"); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v", left)
	}
}

// A file of a newer version is read, as far as it can be, and not touched.
func TestAFileOfANewerVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	r := open(t, path)
	begin(t, r, "theirs")
	end(t, r, false)
	script(t, path, `CREATE TABLE future (x); PRAGMA user_version = 99`)
	before := readFile(t, path)
	var w witness
	r = Open(path, w.options())
	previous, err := r.Begin(Session{Mark: "ours"})
	if !errors.Is(err, ErrNewer) || previous == nil || previous.Mark != "theirs" {
		t.Errorf("begin: %+v, %v", previous, err)
	}
	r.Add(Event{Kind: "started"})
	if sessions, err := r.Sessions(10); len(sessions) != 1 || !errors.Is(err, nil) {
		t.Errorf("its history reads as %+v, %v", sessions, err)
	}
	if err := r.End("quit"); !errors.Is(err, ErrNewer) {
		t.Errorf("end: %v", err)
	}
	if err := r.Close(); !errors.Is(err, ErrNewer) {
		t.Errorf("close: %v", err)
	}
	if string(before) != string(readFile(t, path)) {
		t.Error("the file was changed")
	}
	if len(w.troubles) != 1 || !strings.Contains(w.troubles[0].Error(), "a newer version") {
		t.Errorf("told of %v", w.troubles)
	}
}

// Everything that an earlier version of the program knew is known after an upgrade. Each
// version's tables and rows stand here as that version wrote them.
func TestEveryEarlierVersionIsBroughtUpToDate(t *testing.T) {
	versions := []string{
		originalTable + `;
		CREATE TABLE sessions (id TEXT PRIMARY KEY, version TEXT NOT NULL, boot_id TEXT NOT NULL, pid INTEGER NOT NULL, started DATETIME NOT NULL, ended DATETIME, ending TEXT);
		CREATE TABLE service_events (id INTEGER PRIMARY KEY, session TEXT NOT NULL, at DATETIME NOT NULL, service TEXT NOT NULL, kind TEXT NOT NULL, pid INTEGER NOT NULL, detail TEXT NOT NULL);
		INSERT INTO sessions VALUES ('first', 'v1', 'boot', 41, '2026-11-20 08:00:00.000000', '2026-11-20 09:00:00.000000', 'clean');
		INSERT INTO sessions VALUES ('second', 'v1', 'boot', 42, '2026-11-20 09:15:00.000000', NULL, NULL);
		INSERT INTO service_events VALUES (1, 'second', '2026-11-20 09:16:00.000000', 'chat', 'started', 7, '');
		INSERT INTO session_state VALUES ('default', '2026-11-20 09:15:00.000000', 1, '[]',
			'{"session":"second","version":"v1","boot_id":"boot","pid":42,"services":[{"name":"chat","title":"Chat","state":"running","pid":7}],"stopped":["web"]}',
			'2026-11-20 09:20:00.000000');
		PRAGMA user_version = 1`,
	}
	if len(versions) != len(migrations)-1 {
		t.Fatalf("%d earlier versions are tried, there are %d", len(versions), len(migrations)-1)
	}
	for i, version := range versions {
		t.Run(fmt.Sprint("version ", i+1), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			script(t, path, version)
			r := open(t, path)
			previous := begin(t, r, "third")
			if previous == nil || previous.Mark != "second" || previous.Ending != NotEnded || previous.PID != 42 || len(previous.Services) != 1 ||
				previous.Services[0].PID != 7 || fmt.Sprint(previous.Stopped) != "[web]" || previous.LastSeen.Format(time.TimeOnly) != "09:20:00" {
				t.Errorf("the session before reads as %+v", previous)
			}
			end(t, r, true)
			if got := query(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`); got != "first|clean\nsecond|unexpected\nthird|clean" {
				t.Errorf("the history is\n%s", got)
			}
			fresh := filepath.Join(t.TempDir(), "session.db")
			r = open(t, fresh)
			begin(t, r, "s")
			const tables = `SELECT m.name, group_concat(c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk) FROM sqlite_master m, pragma_table_info(m.name) c GROUP BY m.name`
			if upgraded, new := query(t, path, tables), query(t, fresh, tables); upgraded != new {
				t.Errorf("its tables are\n%s\na new file's are\n%s", upgraded, new)
			}
			end(t, r, true)
		})
	}
}

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
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	r.Add(Event{Service: "b", Kind: "started"})
	r.flush(t)
	end(t, r, true)
	if got := query(t, path, `SELECT s.ending, group_concat(e.service) FROM sessions s JOIN service_events e ON e.session = s.id`); got != "clean|a,b" {
		t.Errorf("the record is %s", got)
	}
}

// What could not be saved is saved later, by itself and in order.
func TestALockedFileIsCaughtUpWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	told := make(chan error, 10)
	r := Open(path, Options{Trouble: func(err error) { told <- err }})
	begin(t, r, "s")
	r.do(func() { _ = r.conn.BusyTimeout(time.Millisecond) })
	other, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Exec(`BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	r.Add(Event{Service: "a", Kind: "started"})
	if err := <-told; !errors.Is(err, sqlite3.BUSY) {
		t.Fatalf("told %v", err)
	}
	r.Add(Event{Service: "b", Kind: "started"})
	if err := other.Exec(`COMMIT`); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err != nil {
		t.Errorf("told %v", err)
	}
	end(t, r, true)
	if got := query(t, path, `SELECT service FROM service_events ORDER BY id`); got != "a\nb" {
		t.Errorf("saved %q", got)
	}
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
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	r.flush(t)
	if got := query(t, path, `SELECT kind, detail, (SELECT min(CAST(service AS INTEGER)) FROM service_events WHERE kind = 'started') FROM service_events LIMIT 1`); got != "missed|5 events, while nothing could be saved|5" {
		t.Errorf("the record begins with %s", got)
	}
	end(t, r, true)
}
