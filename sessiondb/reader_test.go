package sessiondb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

func TestAReaderChangesNothing(t *testing.T) {
	path, r := begun(t, "first")
	r.Add(Event{Service: "chat", Kind: "started", PID: 7})
	end(t, r, false)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := reader.Sessions(10); err != nil || len(list) != 1 || list[0].Mark != "first" || list[0].PID != 42 {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := reader.Events("first", 10); err != nil || len(list) != 1 || list[0].PID != 7 {
		t.Errorf("%+v, %v", list, err)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed (%v)", err)
	}
	if _, err := OpenReader(filepath.Join(t.TempDir(), "none.db")); err == nil {
		t.Error("a file that is not there was opened")
	}
}

// A kill in the middle of a write leaves a journal, which only a writer can undo.
func TestAReaderOfARecordLeftInTheMiddleOfAWrite(t *testing.T) {
	path, r := begun(t, "first")
	end(t, r, false)
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(`PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = 2; BEGIN;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
		INSERT INTO service_events (session, at, service, kind, pid, detail) SELECT 'first', '', '', '', 0, hex(zeroblob(200)) FROM n`); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(t.TempDir(), "session.db")
	for _, end := range []string{"", "-journal"} {
		data, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		must(t, os.WriteFile(left+end, data, 0o600))
	}
	if _, err := OpenReader(left); err == nil || !strings.Contains(err.Error(), "Start Configurable Agents once, which mends it") {
		t.Errorf("it says %v", err)
	}
	r = open(t, left)
	begin(t, r, "second")
	end(t, r, false)
	reader, err := OpenReader(left)
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}

// What cannot be read as a record is told of once, with what mends it.
func TestAReaderOfADamagedRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	must(t, os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
	_, err := OpenReader(path)
	if err == nil || !strings.Contains(err.Error(), "it is damaged. Start Configurable Agents once") || strings.Contains(err.Error(), "sqlite3") {
		t.Errorf("it says %v", err)
	}
}
