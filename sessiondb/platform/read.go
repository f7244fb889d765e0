package platform

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// busyTimeout is how long the platform may hold its file while we want to read it.
const busyTimeout = 2 * time.Second

// tables are where runs are kept, by dialect.
var tables = []string{"workflow_runs", "executions"}

// others are tables that the platform may have made before it has run anything.
var others = []string{"session_state", "agents", "deployments", "chat_sessions", "chat_messages"}

// Errors of a file without a table of runs.
var (
	errNoRuns  = errors.New("nothing was run there yet")
	errForeign = errors.New("it is not the platform's")
)

// open opens a database for reading.
func open(path string) (*sqlite3.Conn, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err // as a file that cannot be opened SQLite tells of anything
	}
	conn, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READONLY)
	if err != nil {
		return nil, err
	}
	if err := conn.BusyTimeout(busyTimeout); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// leftovers are the runs that stood as running when a session began.
type leftovers struct {
	began time.Time
	seen  map[string]string // what their rows were like at first, by file and id
	read  map[string]bool   // files whose leftovers are known
}

// is reports whether a run in a file, whose row is like that, is one of them still.
func (l *leftovers) is(file string, run Run, row string) bool {
	first, known := l.seen[file+"\x00"+run.ID]
	if !known && !l.read[file] && run.Started.Before(l.began) {
		l.seen[file+"\x00"+run.ID], first, known = row, row, true
	}
	return known && row == first
}

// readRuns reads the runs of one file that are pending or running, have begun after since
// and are not over, without leftovers.
func readRuns(path string, since time.Time, stale *leftovers) (runs []Run, err error) {
	conn, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	table, err := tableOf(conn)
	if err != nil {
		return nil, err
	}
	stmt, _, err := conn.Prepare(`SELECT id, workflow_name, started_at, config_snapshot, inputs, * FROM ` + table + `
		WHERE lower(status) IN ('pending', 'running') AND completed_at IS NULL AND started_at IS NOT NULL
		ORDER BY started_at DESC LIMIT ?`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	if err := stmt.BindInt(1, MaxRuns); err != nil {
		return nil, err
	}
	for stmt.Step() {
		run := Run{ID: stmt.ColumnText(0), Name: line(stmt.ColumnText(1), 200), Started: parseTime(stmt.ColumnText(2))}
		if run.ID == "" || run.Started.Before(since) {
			continue
		}
		if stale.is(path, run, rowOf(stmt)) {
			continue
		}
		run.Name = cmp.Or(run.Name, "Run "+line(run.ID, 100))
		if run.Inputs, err = inputs(stmt.ColumnText(4)); err != nil {
			run.Unreadable = "its inputs"
		}
		if _, err := config(stmt.ColumnText(3)); err != nil {
			run.Unreadable = "its configuration"
		}
		runs = append(runs, run)
	}
	slices.Reverse(runs)
	return runs, stmt.Err()
}

// rowOf is all that is in the row of a run.
func rowOf(stmt *sqlite3.Stmt) string {
	var row strings.Builder
	for column := 5; column < stmt.ColumnCount(); column++ {
		fmt.Fprintf(&row, "%q ", stmt.ColumnText(column))
	}
	return row.String()
}

// tableOf finds the table of runs.
func tableOf(conn *sqlite3.Conn) (table string, err error) {
	stmt, _, err := conn.Prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	theirs, count := false, 0
	for stmt.Step() {
		name := stmt.ColumnText(0)
		if slices.Contains(tables, name) {
			return name, nil
		}
		theirs = theirs || slices.Contains(others, name)
		count++
	}
	switch {
	case stmt.Err() != nil:
		return "", stmt.Err()
	case theirs || count == 0:
		return "", errNoRuns
	}
	return "", errForeign
}

// parseTime reads a time as SQLAlchemy stores it, or as ISO 8601 writes it; the zero time
// if it is neither.
func parseTime(text string) time.Time {
	text = strings.Replace(text, "T", " ", 1)
	for _, form := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04"} { // a fraction may follow the seconds
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// readAll reads the runs of all files. again says that a file was locked and should be
// read once more, even if nothing changes.
func readAll(path string, since time.Time, before State, stale *leftovers) (now State, again bool) {
	var found troubles
	for _, file := range files(path) {
		runs, err := readRuns(file, since, stale)
		now.Runs = append(now.Runs, runs...)
		if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoRuns) {
			stale.read[file] = true // what comes from now on is new
		}
		found.note(file, err)
	}
	if now.Trouble, again = found.verdict(path); again {
		now.Runs = before.Runs
	}
	slices.SortStableFunc(now.Runs, func(a, b Run) int { return a.Started.Compare(b.Started) })
	now.Runs = now.Runs[max(0, len(now.Runs)-MaxRuns):]
	return now, again
}

// WriteConfig writes the configuration of a run into file, for its user's eyes only, as
// JSON, which is YAML too. The error says why that cannot be done.
func WriteConfig(path, id, file string) error {
	missing := errors.New("its run is no longer in the Python platform's database")
	for _, database := range files(path) {
		snapshot, found, err := readConfig(database, id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errNoRuns) && !errors.Is(err, errForeign) {
			return fmt.Errorf("the Python platform's database %s cannot be read: %w", database, err)
		}
		if !found {
			continue
		}
		encoded, err := config(snapshot)
		if err != nil {
			return fmt.Errorf("its configuration cannot be read: %w", err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		return os.WriteFile(file, encoded, 0o600)
	}
	return missing
}

func readConfig(path, id string) (snapshot string, found bool, err error) {
	conn, err := open(path)
	if err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	table, err := tableOf(conn)
	if err != nil {
		return "", false, err
	}
	stmt, _, err := conn.Prepare(`SELECT config_snapshot FROM ` + table + ` WHERE id = ?`)
	if err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	if err := stmt.BindText(1, id); err != nil {
		return "", false, err
	}
	if found = stmt.Step(); found {
		snapshot = stmt.ColumnText(0)
	}
	return snapshot, found, stmt.Err()
}
