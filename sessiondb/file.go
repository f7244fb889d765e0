package sessiondb

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/sessiondb/private"
)

// busyTimeout is how long another program, such as a backup, may hold the file.
const busyTimeout = 2 * time.Second

// A Recovery says what was done about a file that was damaged, or removed while in use.
type Recovery struct {
	DamagedFile string    // where the damaged file is kept; empty: the file was not damaged
	CopyTime    time.Time // when the copy was made that took its place; zero: a new file was begun
	Removed     bool      // the file was removed while it was in use
	Complete    bool      // everything that was in the removed file is in the new one
}

// connect opens the file unless it is open. The error says why it cannot be written; if
// r.conn is set it can be read all the same.
func (r *Record) connect() error {
	if r.conn != nil {
		return r.readOnly
	}
	conn, err := r.openFile(r.path, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE)
	if damaged(err) {
		conn, err = r.recoverFile()
	}
	r.readOnly = err
	if err != nil { // perhaps it can be read
		conn, _ = r.openFile(r.path, sqlite3.OPEN_READONLY)
	}
	r.conn, r.inserted = conn, false
	return err
}

// connectToWrite is connect, but tries anew to write a file that could only be read, as
// while it was locked. Of one that is newer than this program that cannot come right.
func (r *Record) connectToWrite() error {
	if r.readOnly != nil && !errors.Is(r.readOnly, ErrNewer) {
		_ = r.disconnect() // nothing was written
	}
	return r.connect()
}

// disconnect closes the file, so that it is opened and checked again.
func (r *Record) disconnect() error {
	if r.conn == nil {
		return nil
	}
	err := r.conn.Close()
	r.conn, r.readOnly = nil, nil
	return err
}

// openFile opens and checks a database; one that may be written is brought up to date.
func (r *Record) openFile(path string, flags sqlite3.OpenFlag) (*sqlite3.Conn, error) {
	name, err := r.uri(path)
	if err != nil {
		return nil, err
	}
	conn, err := sqlite3.OpenFlags(name, flags|sqlite3.OPEN_URI)
	if err != nil {
		return nil, err
	}
	busy, write := cmp.Or(r.options.busy, busyTimeout), flags&sqlite3.OPEN_READWRITE != 0
	if !write {
		busy = 0 // to write it has been waited for already
	}
	err = prepare(conn, busy, write)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// uri names a database of the record to SQLite.
func (r *Record) uri(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if r.options.vfs != "" {
		return private.Name(absolute, r.options.vfs, ""), nil
	}
	return private.URI(absolute, ""), nil
}

// backup copies the open database to path.
func (r *Record) backup(path string) error {
	name, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	return r.conn.Backup("main", private.URI(name, ""))
}

func prepare(conn *sqlite3.Conn, busy time.Duration, write bool) error {
	if err := conn.BusyTimeout(busy); err != nil {
		return err
	}
	if write {
		// One writer and tiny rows: a rollback journal with full syncs loses no
		// acknowledged write, which WAL would need synchronous=FULL for as well.
		pragmas := `PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;`
		if runtime.GOOS == "darwin" { // where a sync is to reach the disk itself and not only its cache
			pragmas += ` PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1;`
		}
		if err := conn.Exec(pragmas); err != nil {
			return err
		}
	}
	if err := checkStart(conn); err != nil {
		return err
	}
	if !write {
		return nil
	}
	return migrate(conn)
}

// checkStart checks the tables that a start depends on. They are small; checking the whole
// file takes as long as a start, and is done before it is copied.
func checkStart(conn *sqlite3.Conn) error {
	tables := []string{"sqlite_schema"}
	err := rows(conn, `SELECT name FROM sqlite_schema WHERE name IN ('sessions', 'session_state')`, func(s *sqlite3.Stmt) {
		tables = append(tables, s.ColumnText(0))
	})
	for _, table := range tables {
		if err != nil {
			return err // and no more waits for a lock
		}
		err = check(conn, table)
	}
	return err
}

var errDamaged = errors.New("the file is damaged")

// check runs SQLite's quick_check on a table, or with "1" on the whole file. The error is
// errDamaged, or says why the file could not be read.
func check(conn *sqlite3.Conn, what string) error {
	verdict, err := queryText(conn, `PRAGMA quick_check(`+what+`)`)
	switch {
	case err != nil || verdict == "ok":
		return err
	case strings.Contains(verdict, "error code="): // the disk could not be read: what is on it may be in order
		return fmt.Errorf("read the file: %s", verdict)
	}
	return fmt.Errorf("%w: %s", errDamaged, verdict)
}

// damaged reports whether err says that the file's content is corrupt, as opposed to a file
// that cannot be read or written now.
func damaged(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, sqlite3.NOTADB) || errors.Is(err, sqlite3.CORRUPT)
}

// recoverFile replaces a damaged file by the last good copy, or by a new file, and opens it.
func (r *Record) recoverFile() (*sqlite3.Conn, error) {
	aside, err := setAside(r.path)
	if err != nil {
		return nil, err
	}
	recovery := Recovery{DamagedFile: aside}
	if info, err := os.Stat(r.copyPath()); err == nil && copyFile(r.copyPath(), r.path) == nil {
		recovery.CopyTime = info.ModTime()
	}
	conn, err := r.openFile(r.path, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE)
	if damaged(err) { // the copy, too
		recovery.CopyTime = time.Time{}
		if err = os.Remove(r.path); err == nil {
			conn, err = r.openFile(r.path, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE)
		}
	}
	if err != nil {
		return nil, err
	}
	if !recovery.CopyTime.IsZero() { // the copy does not know how the sessions ended that ran when it was made
		err = execute(conn, `UPDATE sessions SET ending = ?, ended = last_seen WHERE ending IS NULL AND id <> ?`, string(Unknown), r.session.Mark)
	}
	r.onRecovery(recovery)
	return conn, err
}

// setAside renames a damaged file, and its journal with it, and returns the new name.
func setAside(path string) (string, error) {
	aside := path + ".damaged-" + time.Now().Format("20060102-150405.000")
	if err := os.Rename(path, aside); err != nil {
		return "", fmt.Errorf("set the damaged file aside: %w", err)
	}
	if err := os.Rename(path+"-journal", aside+"-journal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return aside, fmt.Errorf("set the damaged file's journal aside: %w", err)
	}
	return aside, nil
}

// fileMoved handles a file that is no longer at its path. One that was removed is written
// anew from the open connection; one that was replaced is left as it is. The connection is
// closed, so that the next use opens the file at the path.
func (r *Record) fileMoved() error {
	if _, err := os.Lstat(r.path); errors.Is(err, fs.ErrNotExist) {
		err := os.MkdirAll(filepath.Dir(r.path), 0o700)
		if err == nil {
			err = r.backup(r.path)
		}
		if err != nil {
			_ = os.Remove(r.path) // an incomplete backup
		}
		r.onRecovery(Recovery{Removed: true, Complete: err == nil})
	}
	return r.disconnect()
}

// copyAfter is how old the copy may be before another is made.
const copyAfter = 24 * time.Hour

func (r *Record) copyPath() string { return r.path + ".copy" }

// copy makes a checked copy of the file, for recovery.
func (r *Record) copy() error {
	if err := r.connect(); err != nil { // an earlier error may have closed the connection
		return fmt.Errorf("copy the session record: %w", err)
	}
	fresh := r.copyPath() + ".new"
	if err := r.backup(fresh); err != nil {
		_ = os.Remove(fresh) // it may not be there
		return fmt.Errorf("copy the session record: %w", err)
	}
	conn, err := sqlite3.OpenFlags(fresh, sqlite3.OPEN_READONLY)
	if err == nil {
		err = errors.Join(check(conn, "1"), conn.Close())
	}
	if err == nil {
		err = os.Rename(fresh, r.copyPath())
	}
	if err != nil {
		_ = os.Remove(fresh) // the earlier copy stays
		return fmt.Errorf("copy the session record: %w", err)
	}
	return nil
}

// copyFile makes a durable copy of a file that nobody writes to.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}
