// Package sessiondb is the session record: what ran, how each session ended, and
// what the next start must know of the one before. It is one SQLite file.
//
// The table session_state is that of the Python platform, column for column, with
// its one row of id 'default', so that both sides can read it. Beside it stand
// sessions (every run of the program) and service_events (what happened to each
// service), both bounded.
//
// The order of use is the promise: Lock, Open, Begin (the record now says "dirty"),
// then start services; all processes confirmed gone, then End (it says "clean").
//
//	record, err := sessiondb.Open(path)
//	previous, err := record.Begin(sessiondb.Session{…})
//	record.Add(event)      // never blocks; saved in order
//	err = record.End()
//	err = record.Close()
package sessiondb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// busyTimeout is how long another program, such as a backup or the Python platform,
// may hold the file.
const busyTimeout = 2 * time.Second

// saveDelay is how long events wait for others to be saved with. Each save makes the
// disk sync several times, which a service that is just starting would feel.
const saveDelay = 250 * time.Millisecond

// A Record is an open session record. Its methods are safe for concurrent use.
type Record struct {
	path     string
	setAside string // where a damaged file went, or empty
	work     chan func(*sqlite3.Conn)
	done     chan struct{}
	closed   error
	session  Session

	queue eventQueue
}

// Open opens the record at path, or makes it. A file that is damaged is set aside
// under a name that says so and a new one is begun: SetAside tells. The error says
// why there can be no record at all, such as a folder that cannot be written.
func Open(path string) (*Record, error) {
	r := &Record{path: path, work: make(chan func(*sqlite3.Conn)), done: make(chan struct{})}
	r.queue.ready = make(chan struct{}, 1)
	conn, err := openFile(path)
	if damaged(err) {
		if r.setAside, err = setAside(path); err == nil {
			conn, err = openFile(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("session record %s: %w", path, err)
	}
	go r.run(conn)
	return r, nil
}

// SetAside returns the name under which a damaged file was kept, or "".
func (r *Record) SetAside() string { return r.setAside }

// Close saves what is waiting and closes the file. Without End before it, the
// record stays dirty.
func (r *Record) Close() error {
	close(r.work)
	<-r.done
	return r.closed
}

// run owns the connection.
func (r *Record) run(conn *sqlite3.Conn) {
	defer close(r.done)
	var due <-chan time.Time // when what waits is to be saved; nil: nothing waits
	for {
		select {
		case work, ok := <-r.work:
			if !ok {
				r.closed = errors.Join(r.saveEvents(conn), conn.Close())
				return
			}
			work(conn)
		case <-r.queue.ready:
			if due == nil {
				due = time.After(saveDelay)
			}
		case <-due:
			due = nil
			r.queue.failed(r.saveEvents(conn))
		}
	}
}

// do runs work in the owner of the connection.
func (r *Record) do(work func(*sqlite3.Conn) error) error {
	result := make(chan error, 1)
	r.work <- func(conn *sqlite3.Conn) { result <- work(conn) }
	return <-result
}

// openFile opens and checks a database, and brings its tables up to date.
func openFile(path string) (*sqlite3.Conn, error) {
	conn, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE)
	if err != nil {
		return nil, err
	}
	err = prepare(conn)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	_ = os.Chmod(path, 0o600) // it names what the user works with
	return conn, nil
}

func prepare(conn *sqlite3.Conn) error {
	if err := conn.BusyTimeout(busyTimeout); err != nil {
		return err
	}
	// One writer and tiny rows: a rollback journal with full syncs loses no
	// acknowledged write, which WAL would need synchronous=FULL for as well.
	if err := conn.Exec(`PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; ` + fullSync); err != nil {
		return err
	}
	verdict, err := queryText(conn, `PRAGMA quick_check(1)`)
	if err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	return migrate(conn)
}

var errDamaged = errors.New("the file is damaged")

// damaged reports whether err says that the file's content is not to be trusted, as
// opposed to a file that cannot be read or written now.
func damaged(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, sqlite3.NOTADB) || errors.Is(err, sqlite3.CORRUPT)
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

// queryText returns the first column of the first row, or "" when there is no row.
func queryText(conn *sqlite3.Conn, sql string) (string, error) {
	stmt, _, err := conn.Prepare(sql)
	if err != nil {
		return "", err
	}
	var text string
	if stmt.Step() {
		text = stmt.ColumnText(0)
	}
	return text, errors.Join(stmt.Err(), stmt.Close())
}

// execute runs one statement with its parameters.
func execute(conn *sqlite3.Conn, sql string, parameters ...any) error {
	stmt, _, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	if err = bind(stmt, parameters...); err == nil {
		err = stmt.Exec()
	}
	return errors.Join(err, stmt.Close())
}

// bind sets a statement's parameters: strings, int64s, bools, times and nil.
func bind(stmt *sqlite3.Stmt, parameters ...any) (err error) {
	for i, value := range parameters {
		switch value := value.(type) {
		case nil:
			err = stmt.BindNull(i + 1)
		case string:
			err = stmt.BindText(i+1, value)
		case int64:
			err = stmt.BindInt64(i+1, value)
		case bool:
			err = stmt.BindBool(i+1, value)
		case time.Time:
			err = stmt.BindText(i+1, timeText(value))
		default:
			err = fmt.Errorf("cannot store a %T", value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// timeLayout is how SQLAlchemy stores a DateTime in SQLite: UTC without a zone.
const timeLayout = "2006-01-02 15:04:05.000000"

func timeText(t time.Time) string { return t.UTC().Format(timeLayout) }

// parseTime reads timeText's form, with or without a fraction; the zero time if it
// is neither.
func parseTime(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text) // a fraction may follow
	if err != nil {
		return time.Time{}
	}
	return t
}
