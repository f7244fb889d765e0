package sessiondb

import "github.com/ncruces/go-sqlite3"

// WarmUp makes the first use of SQLite in this process a quick one: its code, several
// megabytes of it, is brought into memory while the caller does something else. It
// touches no file.
func WarmUp() {
	conn, err := sqlite3.Open(":memory:")
	if err != nil {
		return // Open will tell
	}
	defer conn.Close()
	_ = conn.Exec(`PRAGMA journal_mode = TRUNCATE; PRAGMA quick_check(1); CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER);
		BEGIN IMMEDIATE; INSERT OR REPLACE INTO t VALUES ('a', 1); UPDATE t SET b = 2 WHERE a = 'a'; COMMIT;
		SELECT max(rowid) FROM t WHERE a = 'a'`)
}
