package sessiondb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

func open(t testing.TB, path string) *Record {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func begin(t testing.TB, r *Record, mark string) *Previous {
	t.Helper()
	previous, err := r.Begin(Session{Mark: mark, Version: "v1", Boot: "boot", PID: 42})
	if err != nil {
		t.Fatal(err)
	}
	return previous
}

// end closes a record, cleanly if asked.
func end(t testing.TB, r *Record, clean bool) {
	t.Helper()
	if clean {
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// query reads a file beside its owner, as another program would: rows of columns.
func query(t testing.TB, path, sql string) string {
	t.Helper()
	conn, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READONLY)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	stmt, _, err := conn.Prepare(sql)
	if err != nil {
		t.Fatal(err)
	}
	defer stmt.Close()
	var rows []string
	for stmt.Step() {
		var columns []string
		for i := range stmt.ColumnCount() {
			columns = append(columns, stmt.ColumnText(i))
		}
		rows = append(rows, strings.Join(columns, "|"))
	}
	if err := stmt.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(rows, "\n")
}

func TestHowTheSessionBeforeEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	r := open(t, path)
	if previous := begin(t, r, "first"); previous != nil {
		t.Errorf("the very first start has a session before it: %+v", previous)
	}
	end(t, r, true)

	r = open(t, path)
	if previous := begin(t, r, "second"); previous == nil || !previous.Clean || previous.Mark != "first" {
		t.Errorf("after a clean end: %+v", previous)
	}
	r.SetServices([]Service{{Name: "chat", Title: "Chat", State: "ready", PID: 7, Since: time.Unix(1e9, 0).UTC()}})
	end(t, r, false)

	r = open(t, path)
	previous, err := r.Begin(Session{Mark: "third", Version: "v1", Services: []Service{{Name: "planned"}}})
	if err != nil {
		t.Fatal(err)
	}
	if previous == nil || previous.Clean || previous.Mark != "second" || previous.Boot != "boot" || previous.PID != 42 {
		t.Fatalf("after an unclean end: %+v", previous)
	}
	if len(previous.Services) != 1 || previous.Services[0].Name != "chat" || previous.Services[0].PID != 7 {
		t.Errorf("what ran: %+v", previous.Services)
	}
	if since := time.Since(previous.LastSeen); since < 0 || since > time.Minute {
		t.Errorf("last seen %v ago", since)
	}
	if state := query(t, path, `SELECT dirty_shutdown, session_data ->> '$.services[0].name' FROM session_state`); state != "1|planned" {
		t.Errorf("begun: %s", state)
	}
	end(t, r, true)
	want := "first|clean\nsecond|unexpected\nthird|clean"
	if got := query(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`); got != want {
		t.Errorf("the history is\n%s", got)
	}
}

// The row that the Python platform knows, in a table as SQLAlchemy makes it.
func TestTheOriginalsTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	err = conn.Exec(`CREATE TABLE session_state (
	id VARCHAR(36) NOT NULL, 
	session_start DATETIME NOT NULL, 
	dirty_shutdown INTEGER NOT NULL, 
	active_workflows TEXT, 
	session_data TEXT, 
	last_updated DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO session_state VALUES ('default', '2026-11-20 09:15:00', 1, '["run-1", "run-2"]', '{''chat'': None}', '2026-11-20 10:00:00.500000')`)
	if err := errors.Join(err, conn.Close()); err != nil {
		t.Fatal(err)
	}
	r := open(t, path)
	previous := begin(t, r, "ours")
	if previous == nil || previous.Clean || previous.Mark != "" || len(previous.Workflows) != 2 || previous.Workflows[1].Name != "run-2" {
		t.Fatalf("the original's row reads as %+v", previous)
	}
	if want := time.Date(2026, 11, 20, 10, 0, 0, 5e8, time.UTC); !previous.LastSeen.Equal(want) {
		t.Errorf("last seen %v", previous.LastSeen)
	}
	columns := `SELECT group_concat(name || ' ' || type || ' ' || "notnull" || ' ' || pk, ', ') FROM pragma_table_info('session_state')`
	before := query(t, path, columns)
	if dirty := query(t, path, `SELECT id, dirty_shutdown, typeof(dirty_shutdown) FROM session_state`); dirty != "default|1|integer" {
		t.Errorf("while it runs: %s", dirty)
	}
	end(t, r, true)
	if clean := query(t, path, `SELECT dirty_shutdown, active_workflows FROM session_state`); clean != "0|[]" {
		t.Errorf("after a clean end: %s", clean)
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
	fresh := filepath.Join(t.TempDir(), "session.db")
	end(t, open(t, fresh), false)
	if ours := query(t, fresh, columns); ours != before {
		t.Errorf("our columns are\n%s\nthe original's\n%s", ours, before)
	}
}

func TestEventsAreKeptInOrderAndBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	r := open(t, path)
	begin(t, r, "s")
	at := time.Now()
	for i := range keepEvents + 50 {
		r.Add(Event{At: at, Service: "chat", Kind: "started", PID: i})
		if i%1000 == 0 { // let it be saved, as it would be in life
			if err := r.do(r.saveEvents); err != nil {
				t.Fatal(err)
			}
		}
	}
	end(t, r, true)
	if got := query(t, path, `SELECT count(*), min(pid), max(pid) FROM service_events`); got != fmt.Sprintf("%d|%d|%d", keepEvents, 50, keepEvents+49) {
		t.Errorf("kept %s", got)
	}
}

func TestADamagedFileIsSetAside(t *testing.T) {
	healthy := filepath.Join(t.TempDir(), "session.db")
	r := open(t, healthy)
	begin(t, r, "s")
	end(t, r, true)
	whole, err := os.ReadFile(healthy)
	if err != nil {
		t.Fatal(err)
	}
	scrambled := append([]byte{}, whole...)
	for i := 4096; i < len(scrambled); i++ {
		scrambled[i] ^= 0x5a
	}
	for name, content := range map[string][]byte{
		"not a database": []byte(strings.Repeat("hello ", 1000)),
		"cut short":      whole[:len(whole)-5000],
		"scrambled":      scrambled,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			r := open(t, path)
			if r.SetAside() == "" || !strings.Contains(filepath.Base(r.SetAside()), "damaged") {
				t.Fatalf("set aside as %q", r.SetAside())
			}
			if kept, err := os.ReadFile(r.SetAside()); err != nil || string(kept) != string(content) {
				t.Errorf("the damaged file was changed (%v)", err)
			}
			if previous := begin(t, r, "s"); previous != nil {
				t.Errorf("a fresh record knows of %+v", previous)
			}
			end(t, r, true)
		})
	}
}

func TestAFileOfANewerVersionIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn.Exec(`CREATE TABLE future (x); PRAGMA user_version = 99`), conn.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrNewer) {
		t.Errorf("open: %v", err)
	}
	if tables := query(t, path, `SELECT name FROM sqlite_master`); tables != "future" {
		t.Errorf("it now holds %s", tables)
	}
}

func TestAFolderThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "session.db")
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("open: %v", err)
	}
}

// What could not be saved is saved later, in order.
func TestALockedFileIsCaughtUpWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	r := open(t, path)
	begin(t, r, "s")
	if err := r.do(func(conn *sqlite3.Conn) error { return conn.BusyTimeout(time.Millisecond) }); err != nil {
		t.Fatal(err)
	}
	other, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Exec(`BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	r.Add(Event{Service: "a", Kind: "started"})
	if err := r.do(r.saveEvents); !errors.Is(err, sqlite3.BUSY) {
		t.Fatalf("save to a locked file: %v", err)
	}
	r.Add(Event{Service: "b", Kind: "started"})
	if err := other.Exec(`COMMIT`); err != nil {
		t.Fatal(err)
	}
	end(t, r, true)
	if got := query(t, path, `SELECT service FROM service_events ORDER BY id`); got != "a\nb" {
		t.Errorf("saved %q", got)
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "instance.lock")
	lock, err := TakeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := TakeLock(path); !errors.Is(err, ErrLocked) {
		t.Errorf("taken twice: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	waiting := make(chan error, 1)
	go func() {
		next, err := WaitLock(ctx, path)
		if err == nil {
			err = next.Release()
		}
		waiting <- err
	}()
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err != nil {
		t.Errorf("the one who waited: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is left (%v)", err)
	}
	if err := os.WriteFile(path, []byte("stale"), 0o600); err != nil {
		t.Fatal(err)
	}
	lock, err = TakeLock(path)
	if err != nil {
		t.Fatalf("a stale file holds the lock: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

// What the user stopped stays so over every kind of end, and while a service is not
// among those that run.
func TestWhatTheUserStoppedIsRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	session := 0
	life := func(clean bool, want string, services []Service) {
		t.Helper()
		r := open(t, path)
		session++
		previous := begin(t, r, fmt.Sprint("session ", session))
		if previous != nil && fmt.Sprint(previous.Stopped) != want {
			t.Errorf("session %d finds %v stopped, want %s", session, previous.Stopped, want)
		}
		if services != nil {
			r.SetServices(services)
		}
		end(t, r, clean)
	}
	life(true, "", []Service{{Name: "a", ByHand: true}, {Name: "b"}, {Name: "c", ByHand: true}})
	life(false, "[a c]", nil)
	life(true, "[a c]", []Service{{Name: "a"}, {Name: "b"}}) // c is not there this time
	life(true, "[c]", nil)
	life(false, "[c]", []Service{{Name: "c"}})
	life(true, "[]", nil)
}

func TestTheHistoryIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	r := open(t, path)
	begin(t, r, "first")
	r.Add(Event{At: time.Unix(1e9, 0).UTC(), Service: "chat", Kind: "started", PID: 7})
	r.SetWorkflows([]Workflow{{ID: "1", Name: "report", Source: "platform", Again: []string{"run", "it"}}})
	end(t, r, false)
	r = open(t, path)
	previous := begin(t, r, "second")
	if len(previous.Workflows) != 1 || previous.Workflows[0].Source != "platform" || len(previous.Workflows[0].Again) != 2 {
		t.Errorf("workflows that were active: %+v", previous.Workflows)
	}
	sessions, err := r.Sessions(10)
	if err != nil || len(sessions) != 2 {
		t.Fatalf("%+v, %v", sessions, err)
	}
	if now, before := sessions[0], sessions[1]; now.Mark != "second" || now.Ending != "" || before.Ending != "unexpected" || before.Ended.IsZero() {
		t.Errorf("the history is %+v", sessions)
	}
	events, err := r.Events("first", 10)
	if err != nil || len(events) != 1 || events[0].PID != 7 || !events[0].At.Equal(time.Unix(1e9, 0)) {
		t.Errorf("its events are %+v, %v", events, err)
	}
	end(t, r, true)
}
