package sessiondb

import (
	"time"

	"github.com/ncruces/go-sqlite3"
)

// PastSession is a session in the history: one that has ended, or this one.
type PastSession struct {
	Mark    string
	Version string
	PID     int
	Started time.Time
	Ended   time.Time // zero: it runs, or its end is not recorded yet
	Ending  Ending
	Detail  string // what more is known of its end: the reason of a clean one, a crash's own words
}

// Sessions returns the latest sessions, newest first, this one included.
func (r *Record) Sessions(limit int) (list []PastSession, err error) {
	err = r.read(func(conn *sqlite3.Conn) (err error) {
		list, err = sessions(conn, limit)
		return err
	})
	return list, err
}

func sessions(conn *sqlite3.Conn, limit int) (list []PastSession, err error) {
	err = rows(conn, `SELECT id, version, pid, started, coalesce(ended, ''), coalesce(ending, ''), detail
		FROM sessions ORDER BY rowid DESC LIMIT ?`, func(s *sqlite3.Stmt) {
		list = append(list, PastSession{
			s.ColumnText(0), s.ColumnText(1), s.ColumnInt(2), parseTime(s.ColumnText(3)), parseTime(s.ColumnText(4)),
			Ending(s.ColumnText(5)), s.ColumnText(6),
		})
	}, int64(limit))
	return list, err
}

// Events returns the latest events of a session, oldest first.
func (r *Record) Events(mark string, limit int) (list []Event, err error) {
	err = r.read(func(conn *sqlite3.Conn) (err error) {
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

// read runs a query if the file can be read, even where it cannot be written.
func (r *Record) read(query func(*sqlite3.Conn) error) (err error) {
	r.do(func() {
		if err = r.connect(); r.conn != nil {
			err = query(r.conn)
		}
	})
	return r.describe(err)
}
