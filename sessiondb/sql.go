package sessiondb

import (
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// queryText returns the first column of the first row, or "" when there is no row.
func queryText(conn *sqlite3.Conn, sql string, parameters ...any) (text string, err error) {
	first := true
	err = rows(conn, sql, func(s *sqlite3.Stmt) {
		if first {
			text, first = s.ColumnText(0), false
		}
	}, parameters...)
	return text, err
}

// rows calls row for each row of a query.
func rows(conn *sqlite3.Conn, sql string, row func(*sqlite3.Stmt), parameters ...any) error {
	stmt, _, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	if err = bind(stmt, parameters...); err == nil {
		for stmt.Step() {
			row(stmt)
		}
	}
	return errors.Join(err, stmt.Err(), stmt.Close())
}

// exec is execute as a step of a transaction.
func (r *Record) exec(sql string, parameters ...any) func() error {
	return func() error { return execute(r.conn, sql, parameters...) }
}

// steps takes steps until one fails.
func steps(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func nothing() error { return nil }

// firstError returns the first of errs that is one.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
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
