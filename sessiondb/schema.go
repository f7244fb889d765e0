package sessiondb

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/ncruces/go-sqlite3"
)

// sessionState is the Python platform's own table, as SQLAlchemy creates it.
const sessionState = `CREATE TABLE IF NOT EXISTS session_state (
		id VARCHAR(36) NOT NULL,
		session_start DATETIME NOT NULL,
		dirty_shutdown INTEGER NOT NULL,
		active_workflows TEXT,
		session_data TEXT,
		last_updated DATETIME NOT NULL,
		PRIMARY KEY (id)
	);`

// migrations bring a file from version n (its user_version) to n+1.
var migrations = []string{
	sessionState + `
	CREATE TABLE sessions (
		id TEXT PRIMARY KEY,
		version TEXT NOT NULL,
		boot_id TEXT NOT NULL,
		pid INTEGER NOT NULL,
		started DATETIME NOT NULL,
		ended DATETIME,
		ending TEXT
	);
	CREATE TABLE service_events (
		id INTEGER PRIMARY KEY,
		session TEXT NOT NULL,
		at DATETIME NOT NULL,
		service TEXT NOT NULL,
		kind TEXT NOT NULL,
		pid INTEGER NOT NULL,
		detail TEXT NOT NULL
	);`,
	// Each session keeps its own state: the row of session_state may be another program's.
	`ALTER TABLE sessions ADD COLUMN machine TEXT NOT NULL DEFAULT '';
	ALTER TABLE sessions ADD COLUMN last_seen DATETIME;
	ALTER TABLE sessions ADD COLUMN detail TEXT NOT NULL DEFAULT '';
	ALTER TABLE sessions ADD COLUMN state TEXT;
	UPDATE sessions SET state = s.session_data, last_seen = s.last_updated FROM session_state AS s
		WHERE json_valid(s.session_data) AND sessions.id = s.session_data ->> '$.session';`,
}

// ErrNewer says that a file was written by a later version of the program.
var ErrNewer = errors.New("it was written by a newer version of Configurable Agents")

// migrate brings the tables up to date, all in one transaction.
func migrate(conn *sqlite3.Conn) (err error) {
	text, err := queryText(conn, `PRAGMA user_version`)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("%w (%d, this one knows %d)", ErrNewer, version, len(migrations))
	}
	if version == len(migrations) {
		return nil
	}
	transaction, err := conn.BeginImmediate()
	if err != nil {
		return err
	}
	defer transaction.End(&err)
	for _, migration := range migrations[version:] {
		if err := conn.Exec(migration); err != nil {
			return err
		}
	}
	return conn.Exec(fmt.Sprintf(`PRAGMA user_version = %d`, len(migrations)))
}
