package sessiondb

import (
	"errors"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Past is a session as the history knows it: one that has ended, or this one.
type Past struct {
	Mark    string
	Version string
	PID     int
	Started time.Time
	Ended   time.Time // zero: it runs, or nobody has noticed its end yet
	Ending  string    // "clean", or how it ended; empty like Ended
}

// Sessions returns the latest sessions, newest first, this one included.
func (r *Record) Sessions(limit int) (list []Past, err error) {
	err = r.do(func(conn *sqlite3.Conn) (err error) {
		list, err = sessions(conn, limit)
		return err
	})
	return list, err
}

func sessions(conn *sqlite3.Conn, limit int) (list []Past, err error) {
	err = rows(conn, `SELECT id, version, pid, started, coalesce(ended, ''), coalesce(ending, '')
		FROM sessions ORDER BY rowid DESC LIMIT ?`, func(s *sqlite3.Stmt) {
		list = append(list, Past{
			s.ColumnText(0), s.ColumnText(1), s.ColumnInt(2), parseTime(s.ColumnText(3)), parseTime(s.ColumnText(4)), s.ColumnText(5),
		})
	}, int64(limit))
	return list, err
}

// Events returns the latest events of a session, oldest first.
func (r *Record) Events(mark string, limit int) (list []Event, err error) {
	err = r.do(func(conn *sqlite3.Conn) (err error) {
		list, err = events(conn, mark, limit)
		return err
	})
	return list, err
}

func events(conn *sqlite3.Conn, mark string, limit int) (list []Event, err error) {
	err = rows(conn, `SELECT at, service, kind, pid, detail FROM
		(SELECT * FROM service_events WHERE session = ? ORDER BY id DESC LIMIT ?) ORDER BY id`, func(s *sqlite3.Stmt) {
		list = append(list, Event{
			parseTime(s.ColumnText(0)), s.ColumnText(1), s.ColumnText(2), s.ColumnInt(3), s.ColumnText(4),
		})
	}, mark, int64(limit))
	return list, err
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
