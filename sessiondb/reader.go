package sessiondb

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"
)

// A Reader reads a session record while no session runs. It changes nothing. It is not
// safe for concurrent use.
type Reader struct{ conn *sqlite3.Conn }

// OpenReader opens the record at path for reading. A file that was left in the middle of
// a write can only be read once the next session has mended it: the error says so.
func OpenReader(path string) (*Reader, error) {
	conn, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READONLY)
	if err == nil {
		if err = conn.BusyTimeout(busyTimeout); err == nil {
			_, err = queryText(conn, `SELECT 1 FROM sessions LIMIT 1`)
		}
		if err != nil {
			err = errors.Join(err, conn.Close())
		}
	}
	switch {
	case errors.Is(err, sqlite3.READONLY):
		return nil, fmt.Errorf("session record %s: it was left in the middle of a write. Start Configurable Agents once, which mends it", path)
	case err != nil:
		return nil, fmt.Errorf("session record %s: %w", path, err)
	}
	return &Reader{conn}, nil
}

// Sessions and Events are those of a Record.
func (r *Reader) Sessions(limit int) ([]Past, error)             { return sessions(r.conn, limit) }
func (r *Reader) Events(mark string, limit int) ([]Event, error) { return events(r.conn, mark, limit) }

// Close closes the file.
func (r *Reader) Close() error { return r.conn.Close() }
