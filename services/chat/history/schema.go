package history

import (
	"database/sql"
	"fmt"
)

// upgrades are the changes that make a file of each version one of the next; the first makes
// an empty file one of version 1. Times are milliseconds since 1970, UTC.
var upgrades = []string{`
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
CREATE TABLE drafts (
	conversation TEXT PRIMARY KEY,
	text         TEXT NOT NULL
) STRICT;
CREATE TABLE settings (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;
`, `
ALTER TABLE conversations ADD COLUMN model        TEXT    NOT NULL DEFAULT ''; -- '' for that of the settings
ALTER TABLE conversations ADD COLUMN instructions TEXT    NOT NULL DEFAULT ''; -- the user's system prompt
ALTER TABLE conversations ADD COLUMN workflow     INTEGER NOT NULL DEFAULT 0;  -- 1: its answers are to be workflow files
ALTER TABLE conversations ADD COLUMN deleted      INTEGER NOT NULL DEFAULT 0;  -- when; it can be restored for a while

-- The messages of a conversation are a tree, in which the versions of a message have one
-- parent. Of these one is chosen; the chosen ones from 0 on are what is shown.
ALTER TABLE messages ADD COLUMN parent  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN chosen  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE messages ADD COLUMN omitted INTEGER NOT NULL DEFAULT 0; -- 1: not sent to the model
ALTER TABLE messages ADD COLUMN tokens_read    INTEGER NOT NULL DEFAULT 0; -- by the model, as its server reports
ALTER TABLE messages ADD COLUMN tokens_written INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET parent = coalesce(
	(SELECT max(id) FROM messages AS before WHERE before.conversation = messages.conversation AND before.id < messages.id), 0);
DROP INDEX messages_in_order;
CREATE INDEX messages_by_parent ON messages (conversation, parent, id);

CREATE TABLE drafts_of_tabs ( -- what was typed and not sent; conversation '' is the one not begun yet
	conversation TEXT NOT NULL,
	tab          TEXT NOT NULL, -- of the browser; '' if not known
	text         TEXT NOT NULL,
	saved        INTEGER NOT NULL,
	PRIMARY KEY (conversation, tab)
) STRICT;
INSERT INTO drafts_of_tabs SELECT conversation, '', text, 0 FROM drafts;
DROP TABLE drafts;
ALTER TABLE drafts_of_tabs RENAME TO drafts;
`, `
CREATE TABLE growth ( -- what follows the text of an answer that is being written, or was cut by a crash
	id        INTEGER PRIMARY KEY,
	message   INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
	text      TEXT NOT NULL,
	reasoning TEXT NOT NULL
) STRICT;
CREATE INDEX growth_in_order ON growth (message, id);
`}

// migrate checks an opened file, and gives a new or older one the tables of this version. It
// does not write to a valid file of this version.
func migrate(db *sql.DB) error {
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(upgrades) {
		return fmt.Errorf("%w (%d, this one knows %d)", ErrNewer, version, len(upgrades))
	}
	if version > 0 {
		var verdict string
		if err := db.QueryRow("PRAGMA quick_check(1)").Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: %s", errDamaged, verdict)
		}
	}
	if version == len(upgrades) {
		return nil
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after Commit
	for _, upgrade := range upgrades[version:] {
		if _, err := tx.Exec(upgrade); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(upgrades))); err != nil {
		return err
	}
	return tx.Commit()
}
