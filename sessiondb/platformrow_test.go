package sessiondb

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// originalTable is the table of the Python platform as SQLAlchemy makes it there.
const originalTable = `CREATE TABLE session_state (
	id VARCHAR(36) NOT NULL, 
	session_start DATETIME NOT NULL, 
	dirty_shutdown INTEGER NOT NULL, 
	active_workflows TEXT, 
	session_data TEXT, 
	last_updated DATETIME NOT NULL, 
	PRIMARY KEY (id)
)`

const columns = `SELECT group_concat(name || ' ' || type || ' ' || "notnull" || ' ' || pk, ', ') FROM pragma_table_info('session_state')`

// script makes a database file with the program that SQLite has for it.
func script(t testing.TB, path, sql string) {
	t.Helper()
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	must(t, errors.Join(conn.Exec(sql), conn.Close()))
}

// The Python platform's own file keeps the row, and nothing else of ours; both sides see it.
func TestTheRowInThePlatformsFile(t *testing.T) {
	folder := t.TempDir()
	original, path := filepath.Join(folder, "configurable_agents.db"), filepath.Join(folder, "session.db")
	script(t, original, originalTable+`; CREATE TABLE executions (id TEXT);
		INSERT INTO session_state VALUES ('default', '2026-11-20 09:15:00', 1, '["run-1", "run-2"]', '{''chat'': None}', '2026-11-20 10:00:00.500000')`)
	tables := query(t, original, `SELECT name FROM sqlite_master ORDER BY name`)

	r := Open(path, Options{PlatformFile: original})
	previous := begin(t, r, "ours")
	if previous == nil || !previous.OfPlatform || previous.Ending != NotEnded || len(previous.Workflows) != 2 || previous.Workflows[1].Name != "run-2" {
		t.Fatalf("the original's row reads as %+v", previous)
	}
	if want := time.Date(2026, 11, 20, 10, 0, 0, 5e8, time.UTC); !previous.LastSeen.Equal(want) {
		t.Errorf("last seen %v", previous.LastSeen)
	}
	if dirty := query(t, original, `SELECT id, dirty_shutdown, typeof(dirty_shutdown) FROM session_state`); dirty != "default|1|integer" {
		t.Errorf("while it runs: %s", dirty)
	}
	r.SetWorkflows([]Workflow{{ID: "7", Name: "report"}})
	r.flush(t)
	if active := query(t, original, `SELECT active_workflows, session_data ->> '$.workflows[0].id' FROM session_state`); active != `["report"]|7` {
		t.Errorf("with a workflow: %s", active)
	}
	end(t, r, true)
	if clean := query(t, original, `SELECT dirty_shutdown, active_workflows FROM session_state`); clean != "0|[]" {
		t.Errorf("after a clean end: %s", clean)
	}
	holds(t, original, `SELECT name FROM sqlite_master ORDER BY name`, tables)
	if rows := query(t, path, `SELECT count(*) FROM session_state`); rows != "0" {
		t.Errorf("our own file has the row, too")
	}

	// Ours was killed: both files know, and the other side is not blamed for it.
	r = Open(path, Options{PlatformFile: original})
	if previous := begin(t, r, "killed"); previous == nil || previous.Ending != Clean {
		t.Errorf("after a clean end: %+v", previous)
	}
	end(t, r, false)
	if dirty := query(t, original, `SELECT dirty_shutdown FROM session_state`); dirty != "1" {
		t.Errorf("after a kill: %s", dirty)
	}
	r = Open(path, Options{PlatformFile: original})
	if previous := begin(t, r, "after"); previous == nil || previous.OfPlatform || previous.Mark != "killed" || previous.Ending != NotEnded {
		t.Errorf("after a kill: %+v", previous)
	}
	end(t, r, true)
}

// Our own file has the same table, column for column.
func TestTheTableIsThePlatforms(t *testing.T) {
	folder := t.TempDir()
	original, path := filepath.Join(folder, "original.db"), filepath.Join(folder, "session.db")
	script(t, original, originalTable)
	r := open(t, path)
	begin(t, r, "ours")
	end(t, r, true)
	if ours, theirs := query(t, path, columns), query(t, original, columns); ours != theirs {
		t.Errorf("our columns are\n%s\nthe original's\n%s", ours, theirs)
	}
	var data struct {
		Session string `json:"session"`
	}
	if err := json.Unmarshal([]byte(query(t, path, `SELECT session_data FROM session_state`)), &data); err != nil || data.Session != "ours" {
		t.Errorf("session_data: %+v, %v", data, err)
	}
	if start := query(t, path, `SELECT session_start FROM session_state`); len(start) != len(timeLayout) || strings.ContainsAny(start, "TZ+") {
		t.Errorf("session_start is %q, not as SQLAlchemy stores it", start)
	}
}

// The other side's file may be missing, busy, damaged, or somebody's picture: that is
// told, and our own record is complete all the same.
func TestAPlatformFileThatCannotBeWritten(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, original string){
		"a folder": func(t *testing.T, original string) {
			must(t, os.Mkdir(original, 0o700))
		},
		"no database": func(t *testing.T, original string) {
			must(t, os.WriteFile(original, []byte(strings.Repeat("a picture ", 500)), 0o600))
		},
		"locked": func(t *testing.T, original string) {
			conn, err := sqlite3.Open(original)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			if err := conn.Exec(originalTable + `; BEGIN EXCLUSIVE`); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			original, path := filepath.Join(folder, "original.db"), filepath.Join(folder, "session.db")
			spoil(t, original)
			r := Open(path, Options{PlatformFile: original})
			if _, err := r.Begin(Session{Mark: "s"}); err == nil || !strings.Contains(err.Error(), original) {
				t.Errorf("begin: %v", err)
			}
			r.Add(Event{Service: "chat", Kind: "started"})
			if err := r.trySave(); err == nil {
				t.Error("nothing is said about the row")
			}
			if err := r.End("quit"); err == nil {
				t.Error("nothing is said about the row at the end")
			}
			_ = r.Close()
			holds(t, path, `SELECT ending, (SELECT count(*) FROM service_events WHERE kind = 'started') FROM sessions`, "clean|1")
		})
	}
}

// What could not be written to the other side's file is written once it can be.
func TestThePlatformsFileIsCaughtUpWith(t *testing.T) {
	folder := t.TempDir()
	original := filepath.Join(folder, "missing", "original.db")
	var troubles []error
	r := Open(filepath.Join(folder, "session.db"), Options{PlatformFile: original, OnSaveError: func(err error) { troubles = append(troubles, err) }})
	if _, err := r.Begin(Session{Mark: "s"}); err == nil {
		t.Fatal("the row stands in a file that cannot be")
	}
	must(t, os.Mkdir(filepath.Dir(original), 0o700))
	r.flush(t)
	if row := query(t, original, `SELECT dirty_shutdown FROM session_state`); row != "1" {
		t.Errorf("the row is %s", row)
	}
	end(t, r, true)
	if len(troubles) == 0 || troubles[0] == nil {
		t.Errorf("told of %v", troubles)
	}
}

func TestParseURL(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"sqlite:///configurable_agents.db":      filepath.Join(here, "configurable_agents.db"),
		"sqlite:///data/a%20b.db?timeout=5":     filepath.Join(here, "data", "a b.db"),
		"sqlite+pysqlite:////var/lib/agents.db": filepath.Join(filepath.VolumeName(here), string(filepath.Separator), "var", "lib", "agents.db"),
	} {
		if got, err := ParseURL(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"configurable_agents.db":      "is not the URL of a database: give sqlite:///FILE",
		"postgresql://me@host/agents": "only SQLite files can be read, not postgresql",
		"sqlite://":                   "names no file",
		"sqlite:///":                  "names no file",
		"sqlite:///:memory:":          "names no file",
		"sqlite:///%zz":               "invalid URL escape",
		"":                            "is not the URL of a database",
	} {
		if got, err := ParseURL(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v; want an error with %q", text, got, err, want)
		}
	}
}

// The platform looks for its row in workflows.db, whatever its --db-url names: where both
// files are there, both have it, and the later of two rows counts.
func TestTheRowWhereThePlatformLooks(t *testing.T) {
	folder := t.TempDir()
	named, looked, path := filepath.Join(folder, "configurable_agents.db"), filepath.Join(folder, "workflows.db"), filepath.Join(folder, "session.db")
	script(t, named, originalTable+`; INSERT INTO session_state VALUES ('default', '2026-11-19 09:15:00', 1, '["old"]', NULL, '2026-11-19 10:00:00')`)
	script(t, looked, originalTable+`; INSERT INTO session_state VALUES ('default', '2026-11-20 09:15:00', 1, '["new"]', NULL, '2026-11-20 10:00:00')`)
	r := Open(path, Options{PlatformFile: named})
	if previous := begin(t, r, "ours"); previous == nil || !previous.OfPlatform || previous.Workflows[0].Name != "new" {
		t.Fatalf("the rows read as %+v", previous)
	}
	wantDirty := func(when, want string) {
		t.Helper()
		for _, file := range []string{named, looked} {
			if dirty := query(t, file, `SELECT dirty_shutdown FROM session_state`); dirty != want {
				t.Errorf("%s %s says %s", when, filepath.Base(file), dirty)
			}
		}
	}
	wantDirty("while it runs", "1")
	end(t, r, true)
	wantDirty("after a clean end", "0")
}
