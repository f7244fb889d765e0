package history

import (
	"database/sql"
	"fmt"
)

// schemaVersion is the user_version of a file with this schema.
const schemaVersion = 1

// Times are milliseconds since 1970, UTC.
const schema = `
CREATE TABLE conversations (
	id      TEXT PRIMARY KEY,
	title   TEXT NOT NULL,
	created INTEGER NOT NULL,
	updated INTEGER NOT NULL
) STRICT;
CREATE TABLE messages (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
	role         TEXT NOT NULL,
	text         TEXT NOT NULL,
	reasoning    TEXT NOT NULL DEFAULT '',
	state        TEXT NOT NULL,
	problem      TEXT NOT NULL DEFAULT '', -- JSON; of a failed answer
	model        TEXT NOT NULL DEFAULT '',
	created      INTEGER NOT NULL,
	finished     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX messages_in_order ON messages (conversation, id);
CREATE TABLE drafts ( -- what was typed and not sent; conversation '' is the one not begun yet
	conversation TEXT PRIMARY KEY,
	text         TEXT NOT NULL
) STRICT;
CREATE TABLE settings (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;
`

// migrate checks an opened file, and creates the tables of a new one. It does not write to a
// valid file of this version.
func migrate(db *sql.DB) error {
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > schemaVersion {
		return fmt.Errorf("%w (%d, this one knows %d)", ErrNewer, version, schemaVersion)
	}
	if version == schemaVersion {
		var verdict string
		if err := db.QueryRow("PRAGMA quick_check(1)").Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: %s", errDamaged, verdict)
		}
		return nil
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after Commit
	if _, err := tx.Exec(schema); err != nil {
		return err
	}
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}
