package sessiondb

import (
	"strconv"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// The history is bounded.
const (
	keepSessions = 200
	keepEvents   = 10_000
)

// Session is one run of the program.
type Session struct {
	Mark    string    // names the session, and marks its processes
	Version string    // of the program
	Boot    string    // identifies the running system since it was started; see proctree.BootID
	Machine string    // identifies the computer; see MachineID
	PID     int       // of the tray process
	Started time.Time // now, if zero
	// OOMKills is the number of processes that the system had killed for lack of memory by Started.
	OOMKills int
	// Services are those that are about to start, so that the record of a session that is
	// killed at once has them.
	Services []Service
	// Seen is a sign of life of the previous session that may be missing in its record.
	Seen Seen
	// CleanExits are the markers of earlier sessions whose ends the record may lack.
	CleanExits []CleanExit
}

// Seen is a sign of life of a session.
type Seen struct {
	Mark string
	At   time.Time
}

// Service is a service as it was last seen.
type Service struct {
	Name  string    `json:"name"`
	Title string    `json:"title"`
	State string    `json:"state"`
	PID   int       `json:"pid,omitempty"`
	Since time.Time `json:"since,omitzero"`
	// ByHand says that the user stopped it. The next session keeps it stopped.
	ByHand bool `json:"by_hand,omitempty"`
}

// Workflow is work that a service, or a program beside this one, has under way.
type Workflow struct {
	ID      string    `json:"id"`               // unique among those of its source
	Name    string    `json:"name"`             // for people
	Source  string    `json:"source,omitempty"` // the service that runs it
	Started time.Time `json:"started,omitzero"`
	// Page is the path of the source's page where it can be taken up again, or empty.
	Page string `json:"page,omitempty"`
	// Again is a command that runs it again, or empty.
	Again []string `json:"again,omitempty"`
	// Note is what else is to be known of it, for people, or empty.
	Note string `json:"note,omitempty"`
}

// Previous is what the record says of the session before this one.
type Previous struct {
	Session
	Ending    Ending     // NotEnded: not in order; the caller finds out how and calls SetEnding
	Detail    string     // what more is known of Ending
	LastSeen  time.Time  // the last sign of life
	Workflows []Workflow // that were active
	Stopped   []string   // names of services that the user had stopped, in this session or before
	// Repeated says that another unclean end came less than ten minutes before.
	Repeated bool
	// OfPlatform says that it was not a session of this program: the row of session_state
	// was left dirty by the Python platform.
	OfPlatform bool
}

// Begin reads how the previous session stands and marks this one dirty, durably.
// previous is nil on the very first start, and when the record cannot be read. The error
// says why this session is not being recorded; saving is tried again later.
func (r *Record) Begin(s Session) (previous *Previous, err error) {
	if s.Started.IsZero() {
		s.Started = time.Now()
	}
	r.do(func() {
		previous, err = r.begin(s)
		r.report(err)
		err = r.describe(err)
	})
	return previous, err
}

func (r *Record) begin(s Session) (*Previous, error) {
	r.session, r.state = s, state{dirty: true, services: s.Services}
	err := r.connect()
	var previous *Previous
	if r.conn != nil {
		var unread error
		previous, unread = r.readPrevious()
		err = firstError(err, unread)
	}
	if previous != nil {
		r.state.stopped = previous.Stopped
	}
	if r.options.PlatformFile != "" && (previous == nil || !previous.Ending.Unclean()) {
		if other := r.readPlatformRow(); other != nil {
			if previous != nil {
				other.Stopped = previous.Stopped
			}
			previous = other
		}
	}
	var p pending
	for _, f := range s.CleanExits {
		p.endings = append(p.endings, endingUpdate{f.Mark, Clean, f.Reason, f.At})
	}
	if err != nil {
		r.queue.putBack(p)
		r.queue.wake() // it is tried again
		return previous, err
	}
	own, platform := r.write(&p, nothing)
	if own != nil {
		r.queue.putBack(p)
		r.queue.wake()
	}
	return previous, firstError(own, platform)
}

// insertSession adds the session's row unless the file has it, closes the rows of earlier
// sessions and bounds their number. It is part of a transaction.
func (r *Record) insertSession() error {
	if r.inserted {
		return nil
	}
	s := r.session
	return steps(
		// The caller of Begin finds out more, and calls SetEnding.
		r.exec(`UPDATE sessions SET ending = ?, ended = coalesce(last_seen, started) WHERE ending IS NULL AND id <> ?`,
			string(Unexpected), s.Mark),
		r.exec(`UPDATE sessions SET state = NULL WHERE state IS NOT NULL AND id <> ?`, s.Mark), // readPrevious has read it
		r.exec(`INSERT OR IGNORE INTO sessions (id, version, boot_id, machine, pid, started, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			s.Mark, s.Version, s.Boot, s.Machine, int64(s.PID), s.Started, s.Started),
		r.exec(`DELETE FROM sessions WHERE rowid <= (SELECT max(rowid) FROM sessions) - ?`, int64(keepSessions)),
	)
}

// insert adds events. It is part of a transaction.
func (r *Record) insert(p pending) error {
	events := p.events
	if p.lost > 0 {
		events = append([]Event{missed(p.lost)}, events...)
	}
	if len(events) == 0 {
		return nil
	}
	insert, _, err := r.conn.Prepare(`INSERT INTO service_events (session, at, service, kind, pid, detail) VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err = bind(insert, r.session.Mark, e.At, e.Service, e.Kind, int64(e.PID), e.Detail); err != nil {
			break
		}
		if err = insert.Exec(); err != nil { // resets it, too
			break
		}
	}
	return firstError(err, insert.Close(),
		r.exec(`DELETE FROM service_events WHERE id <= (SELECT max(id) FROM service_events) - ?`, int64(keepEvents))())
}

// dropSaved removes from p what a failed transaction has written all the same: the number
// of the last batch stands in the file.
func (r *Record) dropSaved(p *pending) error {
	if p.tried.number == 0 {
		return nil
	}
	last, err := queryText(r.conn, `SELECT state ->> '$.batch' FROM sessions WHERE id = ?`, r.session.Mark)
	if err != nil {
		return err
	}
	if last == strconv.Itoa(p.tried.number) {
		p.events, p.lost = p.events[p.tried.events:], p.lost-p.tried.lost
	}
	p.tried = batch{}
	return nil
}

// setEndings writes how sessions ended. It is part of a transaction.
func (r *Record) setEndings(endings []endingUpdate) error {
	for _, e := range endings {
		err := execute(r.conn, `UPDATE sessions SET ending = ?, detail = ?, ended = ? WHERE id = ?`, string(e.ending), e.detail, e.at, e.mark)
		if err != nil {
			return err
		}
	}
	return nil
}

// readPrevious reads the latest session; nil if there is none.
func (r *Record) readPrevious() (previous *Previous, err error) {
	err = rows(r.conn, `SELECT id, version, boot_id, machine, pid, started, coalesce(ending, ''), coalesce(last_seen, started), coalesce(state, ''), coalesce(detail, '')
		FROM sessions WHERE id <> ? ORDER BY rowid DESC LIMIT 1`, func(s *sqlite3.Stmt) {
		previous = &Previous{Ending: Ending(s.ColumnText(6)), LastSeen: parseTime(s.ColumnText(7)), Detail: s.ColumnText(9)}
		previous.Session = Session{
			Mark: s.ColumnText(0), Version: s.ColumnText(1), Boot: s.ColumnText(2), Machine: s.ColumnText(3),
			PID: s.ColumnInt(4), Started: parseTime(s.ColumnText(5)),
		}
		previous.take(s.ColumnRawText(8))
	}, r.session.Mark)
	if err != nil || previous == nil {
		return nil, err
	}
	if hasCleanExit(r.session.CleanExits, previous.Mark) {
		previous.Ending = Clean
	}
	if seen := r.session.Seen; seen.Mark == previous.Mark && seen.At.After(previous.LastSeen) {
		previous.LastSeen = seen.At
	}
	if previous.Ending.Unclean() {
		previous.Repeated, err = r.repeated(previous)
	}
	return previous, err
}

// repeated reports whether the session before p ended uncleanly, and not long before p did.
func (r *Record) repeated(p *Previous) (bool, error) {
	repeated := false
	err := rows(r.conn, `SELECT coalesce(ending, ''), coalesce(ended, started) FROM sessions WHERE id NOT IN (?, ?) ORDER BY rowid DESC LIMIT 1`,
		func(s *sqlite3.Stmt) {
			between := p.LastSeen.Sub(parseTime(s.ColumnText(1)))
			repeated = Ending(s.ColumnText(0)).Unclean() && between.Abs() < repeatTime // a clock may have been set back
		}, r.session.Mark, p.Mark)
	return repeated, err
}
