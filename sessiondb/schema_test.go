package sessiondb

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A file of a newer version is read, as far as it can be, and not touched.
func TestAFileOfANewerVersion(t *testing.T) {
	path, r := begun(t, "theirs")
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
			holds(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`, "first|clean\nsecond|unexpected\nthird|clean")
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
