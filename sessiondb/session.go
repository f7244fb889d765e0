package sessiondb

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// keepSessions bounds the history.
const keepSessions = 200

// Session is one run of the program.
type Session struct {
	Mark    string    // names the session, and marks its processes
	Version string    // of the program
	Boot    string    // identifies the running system since it was started; see BootID
	PID     int       // of the tray process
	Started time.Time // now, if zero
	// Services are those that are about to start: a session that is killed at once
	// knows them.
	Services []Service
}

// Service is a service as it was last seen.
type Service struct {
	Name  string    `json:"name"`
	Title string    `json:"title"`
	State string    `json:"state"`
	PID   int       `json:"pid,omitempty"`
	Since time.Time `json:"since,omitzero"`
	// ByHand says that the user stopped it. That outlives the session, however it ends.
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
	Clean     bool       // it ended as it should
	LastSeen  time.Time  // the last time it wrote
	Workflows []Workflow // that were active
	Stopped   []string   // names of services that the user had stopped, in this session or before
}

// data is the JSON in session_data.
type data struct {
	Mark     string    `json:"session"`
	Version  string    `json:"version"`
	Boot     string    `json:"boot_id"`
	PID      int       `json:"pid"`
	Services []Service `json:"services"`
	Stopped  []string  `json:"stopped,omitempty"`
	// Workflows are those of active_workflows, where only their names stand.
	Workflows []Workflow `json:"workflows,omitempty"`
}

// state is what changes in the row of session_state.
type state struct {
	dirty     bool
	services  []Service
	workflows []Workflow
	stopped   []string
}

// Begin reads how the previous session stands and marks this one dirty, durably and
// in one step. previous is nil on the very first start.
func (r *Record) Begin(s Session) (previous *Previous, err error) {
	if s.Started.IsZero() {
		s.Started = time.Now()
	}
	r.session = s
	err = r.do(func(conn *sqlite3.Conn) (err error) {
		transaction, err := conn.BeginImmediate()
		if err != nil {
			return err
		}
		defer transaction.End(&err)
		if previous, err = readPrevious(conn); err != nil {
			return err
		}
		if previous != nil && !previous.Clean {
			err = execute(conn, `UPDATE sessions SET ended = ?, ending = 'unexpected' WHERE id = ? AND ending IS NULL`,
				previous.LastSeen, previous.Mark)
			if err != nil {
				return err
			}
		}
		err = execute(conn, `INSERT INTO sessions (id, version, boot_id, pid, started) VALUES (?, ?, ?, ?, ?)`,
			s.Mark, s.Version, s.Boot, int64(s.PID), s.Started)
		if err != nil {
			return err
		}
		next := state{dirty: true, services: s.Services}
		if previous != nil {
			next.stopped = previous.Stopped
		}
		return writeState(conn, s, next)
	})
	return previous, err
}

// SetServices saves how the services stand, within a moment. It never blocks.
func (r *Record) SetServices(services []Service) {
	r.queue.add(func(p *pending) { p.services = services })
}

// SetWorkflows saves what is under way, within a moment. It never blocks.
func (r *Record) SetWorkflows(workflows []Workflow) {
	if workflows == nil {
		workflows = []Workflow{}
	}
	r.queue.add(func(p *pending) { p.workflows = workflows })
}

// End marks the session clean. It must be called only when every process of the
// session is confirmed gone.
func (r *Record) End() error {
	return r.do(func(conn *sqlite3.Conn) (err error) {
		p := r.queue.take()
		defer func() {
			if err != nil {
				r.queue.putBack(p)
			}
		}()
		transaction, err := conn.BeginImmediate()
		if err != nil {
			return err
		}
		defer transaction.End(&err)
		now, err := r.write(conn, p) // in the same transaction: each makes the disk sync several times
		if err != nil {
			return err
		}
		err = execute(conn, `UPDATE sessions SET ended = ?, ending = 'clean' WHERE id = ?`, time.Now(), r.session.Mark)
		if err != nil {
			return err
		}
		err = execute(conn, `DELETE FROM sessions WHERE rowid <= (SELECT max(rowid) FROM sessions) - ?`, int64(keepSessions))
		if err != nil {
			return err
		}
		return writeState(conn, r.session, state{stopped: now.stopped})
	})
}

// writeState writes the one row of session_state.
func writeState(conn *sqlite3.Conn, s Session, now state) error {
	if now.services == nil {
		now.services = []Service{}
	}
	names := make([]string, len(now.workflows))
	for i, workflow := range now.workflows {
		names[i] = workflow.Name
	}
	encoded, err := json.Marshal(data{s.Mark, s.Version, s.Boot, s.PID, now.services, now.stopped, now.workflows})
	if err != nil {
		return err
	}
	active, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return execute(conn, `INSERT OR REPLACE INTO session_state
		(id, session_start, dirty_shutdown, active_workflows, session_data, last_updated) VALUES ('default', ?, ?, ?, ?, ?)`,
		s.Started, now.dirty, string(active), string(encoded), time.Now())
}

// readPrevious reads the row of session_state; nil if there is none. What another
// program wrote into its JSON columns is taken as far as it can be read.
func readPrevious(conn *sqlite3.Conn) (*Previous, error) {
	stmt, _, err := conn.Prepare(`SELECT session_start, dirty_shutdown, active_workflows, session_data, last_updated
		FROM session_state WHERE id = 'default'`)
	if err != nil {
		return nil, err
	}
	var previous *Previous
	if stmt.Step() {
		previous = &Previous{Clean: stmt.ColumnInt(1) == 0, LastSeen: parseTime(stmt.ColumnText(4))}
		previous.Started = parseTime(stmt.ColumnText(0))
		var d data
		_ = json.Unmarshal(stmt.ColumnRawText(3), &d) // not ours: unknown
		previous.Mark, previous.Version, previous.Boot, previous.PID = d.Mark, d.Version, d.Boot, d.PID
		previous.Services, previous.Stopped, previous.Workflows = d.Services, d.Stopped, d.Workflows
		if previous.Workflows == nil { // another program's row
			var names []string
			_ = json.Unmarshal(stmt.ColumnRawText(2), &names) // not a list of names: unknown
			for _, name := range names {
				previous.Workflows = append(previous.Workflows, Workflow{ID: name, Name: name})
			}
		}
	}
	return previous, errors.Join(stmt.Err(), stmt.Close())
}
