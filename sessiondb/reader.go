package sessiondb

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/ncruces/go-sqlite3"
)

// A Reader reads a session record while no session runs. It changes nothing. It is not
// safe for concurrent use.
type Reader struct{ conn *sqlite3.Conn }

// OpenReader opens the record at path for reading. A file that was left in the middle of
// a write can only be read after the next session has recovered it: the error says so.
func OpenReader(path string) (*Reader, error) {
	conn, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READONLY)
	if err == nil {
		if err = readable(conn); err != nil {
			err = errors.Join(err, conn.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("session record %s: %w", path, err)
	}
	return &Reader{conn}, nil
}

// readable reports why a record cannot be read as it is.
func readable(conn *sqlite3.Conn) error {
	if err := conn.BusyTimeout(busyTimeout); err != nil {
		return err
	}
	version, err := queryText(conn, `PRAGMA user_version`)
	n, _ := strconv.Atoi(version) // SQLite writes numbers
	switch {
	case errors.Is(err, sqlite3.READONLY):
		return errors.New("it was left in the middle of a write. Start Configurable Agents once, which mends it")
	case err != nil:
		return recoverable(err)
	case n > len(migrations):
		return ErrNewer
	case n < len(migrations):
		return errors.New("it was made by an earlier version. Start Configurable Agents once, which brings it up to date")
	}
	return nil
}

// recoverable says what the user can do about a damaged record; any other error stays as it is.
func recoverable(err error) error {
	if damaged(err) {
		return errors.New("it is damaged. Start Configurable Agents once, which sets it aside and goes on with the last good copy")
	}
	return err
}

// Sessions returns the latest sessions, newest first, as Record.Sessions does.
func (r *Reader) Sessions(limit int) ([]PastSession, error) {
	past, err := sessions(r.conn, limit)
	return past, recoverable(err)
}

// Events returns the latest events of a session, oldest first, as Record.Events does.
func (r *Reader) Events(mark string, limit int) ([]Event, error) {
	found, err := events(r.conn, mark, limit)
	return found, recoverable(err)
}

// Close closes the file.
func (r *Reader) Close() error { return r.conn.Close() }
