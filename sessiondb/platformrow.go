package sessiondb

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// platformTimeout is how long a lock of the Python platform on its file is waited for.
const platformTimeout = 250 * time.Millisecond

// ParseURL returns the absolute path of the database file that an SQLAlchemy URL names,
// as in the Python platform's option --db-url: three slashes before a path that is
// relative to the working directory, four before an absolute one. Other databases than
// SQLite files are an error.
func ParseURL(text string) (string, error) {
	const form = "give sqlite:///FILE, or sqlite:////FILE with its full path"
	scheme, rest, found := strings.Cut(text, "://")
	dialect, _, _ := strings.Cut(scheme, "+") // sqlite+pysqlite
	switch {
	case !found:
		return "", fmt.Errorf("%q is not the URL of a database: %s", text, form)
	case dialect != "sqlite":
		return "", fmt.Errorf("%q: only SQLite files can be read, not %s: %s", text, dialect, form)
	}
	path, _, _ := strings.Cut(rest, "?") // options of the driver
	path, slash := strings.CutPrefix(path, "/")
	path, err := url.PathUnescape(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q: %w: %s", text, err, form)
	case !slash, path == "", path == ":memory:":
		return "", fmt.Errorf("%q names no file: %s", text, form)
	}
	return filepath.Abs(filepath.FromSlash(path))
}

// FileURL returns the URL of a database file with an absolute path, of which ParseURL makes
// the path again.
func FileURL(path string) string {
	return "sqlite:///" + strings.NewReplacer("%", "%25", "?", "%3F").Replace(filepath.ToSlash(path))
}

// ErrPlatformFile says that the Python platform's file could not be written. Our own could.
var ErrPlatformFile = errors.New("its row cannot be written")

// platformFiles are where the platform looks for its row: in workflows.db, whatever file its
// --db-url names, if it keeps one beside that; and in that file.
func (r *Record) platformFiles() []string {
	file := r.options.PlatformFile
	other := filepath.Join(filepath.Dir(file), "workflows.db")
	if _, err := os.Stat(other); err != nil || other == file {
		return []string{file}
	}
	return []string{file, other}
}

// openPlatformFile opens a file of the Python platform for one use: the platform owns it, and
// may replace it between two.
func openPlatformFile(path string, flags sqlite3.OpenFlag) (*sqlite3.Conn, error) {
	conn, err := sqlite3.OpenFlags(path, flags)
	if err != nil {
		return nil, err
	}
	if err := conn.BusyTimeout(platformTimeout); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// writePlatformRow writes the row of session_state into the Python platform's files, and
// changes nothing else there. The error wraps ErrPlatformFile; it is that of the first file
// that cannot be written.
func (r *Record) writePlatformRow() (failed error) {
	for _, file := range r.platformFiles() {
		conn, err := openPlatformFile(file, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE)
		if err == nil {
			err = steps(func() error { return conn.Exec(sessionState) }, func() error { return r.writeRow(conn) })
			err = errors.Join(err, conn.Close())
		}
		if err != nil && failed == nil {
			failed = fmt.Errorf("%w: %s: %w", ErrPlatformFile, file, err)
		}
	}
	return failed
}

// readPlatformRow returns a session of the Python platform that has not ended in order, as
// the latest row of its files tells; nil if there is none, or they cannot be read.
func (r *Record) readPlatformRow() (latest *Previous) {
	for _, file := range r.platformFiles() {
		if row := readRow(file); row != nil && (latest == nil || row.LastSeen.After(latest.LastSeen)) {
			latest = row
		}
	}
	return latest
}

func readRow(file string) (previous *Previous) {
	if _, err := os.Stat(file); err != nil {
		return nil
	}
	conn, err := openPlatformFile(file, sqlite3.OPEN_READONLY)
	if err != nil {
		return nil
	}
	defer conn.Close()
	_ = rows(conn, `SELECT session_start, active_workflows, session_data, last_updated FROM session_state
		WHERE id = 'default' AND dirty_shutdown <> 0`, func(s *sqlite3.Stmt) {
		var d data
		_ = json.Unmarshal(s.ColumnRawText(2), &d) // the platform's own: no mark
		if d.Mark != "" {
			return // this program's own session, which its own file knows
		}
		previous = &Previous{OfPlatform: true, LastSeen: parseTime(s.ColumnText(3))}
		previous.Started = parseTime(s.ColumnText(0))
		var names []string
		_ = json.Unmarshal(s.ColumnRawText(1), &names) // not a list of names: unknown
		for _, name := range names {
			previous.Workflows = append(previous.Workflows, Workflow{ID: name, Name: name})
		}
	}) // no such table: no such session
	return previous
}
