package sessiondb

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// open opens a record that needs no recovery.
func open(t testing.TB, path string) *Record {
	return Open(path, Options{OnRecovery: func(m Recovery) { t.Errorf("%s was recovered: %+v", path, m) }})
}

func begin(t testing.TB, r *Record, mark string) *Previous {
	t.Helper()
	previous, err := r.Begin(Session{Mark: mark, Version: "v1", Boot: "boot", PID: 42})
	if err != nil {
		t.Fatal(err)
	}
	return previous
}

// begun begins a session of that mark in a new record.
func begun(t testing.TB, mark string) (path string, r *Record) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "session.db")
	r = open(t, path)
	begin(t, r, mark)
	return path, r
}

// holds asserts what a query finds in a file.
func holds(t testing.TB, path, sql, want string) {
	t.Helper()
	if got := query(t, path, sql); got != want {
		t.Errorf("%s finds %q, not %q", sql, got, want)
	}
}

// end closes a record, cleanly if asked.
func end(t testing.TB, r *Record, clean bool) {
	t.Helper()
	if clean {
		must(t, r.End("quit"))
	}
	must(t, r.Close())
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
	must(t, stmt.Err())
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
	if previous := begin(t, r, "second"); previous == nil || previous.Ending != Clean || previous.Mark != "first" {
		t.Errorf("after a clean end: %+v", previous)
	}
	r.SetServices([]Service{{Name: "chat", Title: "Chat", State: "ready", PID: 7, Since: time.Unix(1e9, 0).UTC()}})
	end(t, r, false)

	r = open(t, path)
	previous, err := r.Begin(Session{Mark: "third", Version: "v1", Services: []Service{{Name: "planned"}}})
	if err != nil {
		t.Fatal(err)
	}
	if previous == nil || previous.Ending != NotEnded || previous.Mark != "second" || previous.Boot != "boot" || previous.PID != 42 {
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
	holds(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`, want)
}

// flush saves at once what would be saved within a moment.
func (r *Record) flush(t testing.TB) {
	t.Helper()
	must(t, r.trySave())
}

func (r *Record) trySave() (err error) {
	r.do(func() { err = r.save() })
	return err
}

func TestEventsAreKeptInOrderAndBounded(t *testing.T) {
	path, r := begun(t, "s")
	at := time.Now()
	for i := range keepEvents + 50 {
		r.Add(Event{At: at, Service: "chat", Kind: "started", PID: i})
		if i%1000 == 0 { // let it be saved, as it would be in life
			r.flush(t)
		}
	}
	end(t, r, true)
	holds(t, path, `SELECT count(*), min(pid), max(pid) FROM service_events`, fmt.Sprintf("%d|%d|%d", keepEvents, 50, keepEvents+49))
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
	path, r := begun(t, "first")
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

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
