// Package history keeps the Chat's conversations, drafts and settings in one SQLite
// file.
//
// One process uses the file, through one connection. What a method has stored without an
// error survives a power cut (journal_mode TRUNCATE, synchronous FULL).
package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"agents-tray/manager/disk"
	"agents-tray/sessiondb/private"
)

// File is the file. It is opened by the first use, and again after a failure. It is safe
// for concurrent use.
type File struct {
	path string

	mu     sync.Mutex
	db     *sql.DB
	closed bool
}

// New returns the file at path. The first use creates it and its folder, readable by their
// owner only, since the file may hold a key.
func New(path string) *File { return &File{path: path} }

// Path is the path of the file.
func (f *File) Path() string { return f.path }

// Close closes the file. Later uses fail.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.db == nil {
		return nil
	}
	db := f.db
	f.db = nil
	return db.Close()
}

// Errors of opening, beside those of SQLite and of the file system.
var (
	// ErrNewer means that a newer version of the program made the file. It is not changed.
	ErrNewer = errors.New("the file was made by a newer version")
	// ErrSetAside means that the file was found damaged in use, was renamed, and that a
	// new one is in its place.
	ErrSetAside = errors.New("the file was damaged and has been set aside")
	// ErrNotFound means that there is no such conversation or message.
	ErrNotFound = errors.New("there is no such conversation")

	errClosed = errors.New("the file is closed")
)

// withDB calls do with the open file. If the error means damage, the file is set aside, the
// next use gets a new one, and the error is ErrSetAside.
func (f *File) withDB(do func(db *sql.DB) error) error {
	db, err := f.open()
	if err == nil {
		err = do(db)
	}
	unwritable := errors.Is(err, sqlite3.READONLY)
	if !isDamage(err) && !unwritable || db == nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	mine := f.db == db // not replaced yet by another goroutine
	if mine {
		f.db = nil
		db.Close()
	}
	if unwritable {
		return err // it was opened read-only; the next use tries again
	}
	if mine {
		if _, failed := f.replace(err); failed != nil {
			return failed
		}
	}
	return fmt.Errorf("%w: %w", ErrSetAside, err)
}

// transaction commits what do has done, unless it returns an error.
func (f *File) transaction(do func(tx *sql.Tx) error) error {
	return f.withDB(func(db *sql.DB) error {
		tx, err := db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable}) // BEGIN IMMEDIATE
		if err != nil {
			return err
		}
		defer tx.Rollback() // has no effect after Commit
		if err := do(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

func (f *File) open() (*sql.DB, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, errClosed
	}
	if f.db != nil {
		return f.db, nil
	}
	db, err := openChecked(f.path)
	if isDamage(err) {
		return f.replace(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", f.path, err)
	}
	f.db = db
	return db, nil
}

// replace renames a damaged file and opens a new one, whose settings hold the new name. The
// caller holds mu.
func (f *File) replace(damage error) (*sql.DB, error) {
	aside := strings.TrimSuffix(f.path, filepath.Ext(f.path)) +
		time.Now().Format("-damaged-20060102-150405.000") + filepath.Ext(f.path)
	if err := os.Rename(f.path, aside); err != nil {
		return nil, fmt.Errorf("%w, and it cannot be set aside: %w", damage, err)
	}
	for _, suffix := range []string{"-journal", "-wal", "-shm"} { // SQLite would apply them to the new file
		if err := os.Rename(f.path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w, and its journal cannot be set aside: %w", damage, err)
		}
	}
	db, err := openChecked(f.path)
	if err != nil {
		return nil, fmt.Errorf("open a new %s: %w", f.path, err)
	}
	if err := putSetting(db, setAside, aside); err != nil {
		db.Close()
		return nil, err
	}
	f.db = db
	return db, nil
}

// openChecked opens the file at path, creating it if needed, and checks it.
func openChecked(path string) (*sql.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	options := ""
	switch err := disk.MakePrivate(path); { // it may hold a key
	case err == nil:
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS): // open it read-only
		options = "mode=ro"
	default:
		return nil, err
	}
	db, err := driver.Open(private.URI(absolute, options), func(c *sqlite3.Conn) error {
		if err := c.CreateFunction("holds", 2, sqlite3.DETERMINISTIC, holds); err != nil {
			return err
		}
		return c.Exec(pragmas())
	})
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := migrate(db); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// pragmas configure a connection, in this order: journal_mode may have to wait, and resets
// synchronous in some builds.
func pragmas() string {
	const all = `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = truncate; PRAGMA synchronous = full;
		PRAGMA foreign_keys = on; PRAGMA secure_delete = on;`
	if runtime.GOOS == "darwin" {
		return all + "PRAGMA fullfsync = on; PRAGMA checkpoint_fullfsync = on;"
	}
	return all
}

// isDamage reports whether an error means that the file is no valid database.
func isDamage(err error) bool {
	return errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB) || errors.Is(err, errDamaged)
}

// errDamaged is the error of a file that opens but fails its check.
var errDamaged = errors.New("the file is damaged")
