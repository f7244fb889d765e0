package sessiondb

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// A state is what the next start needs to know of the session.
type state struct {
	dirty     bool
	services  []Service
	workflows []Workflow
	stopped   []string
}

// data is a state as JSON, in sessions and in session_data.
type data struct {
	Mark     string    `json:"session"`
	Version  string    `json:"version"`
	Boot     string    `json:"boot_id"`
	PID      int       `json:"pid"`
	OOMKills int       `json:"oom_kills,omitempty"`
	Batch    int       `json:"batch,omitempty"` // the last that was written; see dropSaved
	Services []Service `json:"services"`
	Stopped  []string  `json:"stopped,omitempty"`
	// Workflows are those of active_workflows, where only their names stand.
	Workflows []Workflow `json:"workflows,omitempty"`
}

// take merges what has changed.
func (s *state) take(p pending) {
	if p.services != nil {
		s.services, s.stopped = p.services, stillStopped(s.stopped, p.services)
	}
	if p.workflows != nil {
		s.workflows = p.workflows
	}
}

// stillStopped are the services that the user has stopped, by what is known now; of
// those that are not there this time, by what was known before.
func stillStopped(before []string, now []Service) []string {
	var stopped []string
	for _, name := range before {
		if !slices.ContainsFunc(now, func(s Service) bool { return s.Name == name }) {
			stopped = append(stopped, name)
		}
	}
	for _, s := range now {
		if s.ByHand {
			stopped = append(stopped, s.Name)
		}
	}
	return stopped
}

// take fills in what a session has left as its state. What another program wrote there
// is taken as far as it can be read.
func (p *Previous) take(text []byte) {
	var d data
	_ = json.Unmarshal(text, &d) // not ours: unknown
	p.OOMKills, p.Services, p.Stopped, p.Workflows = d.OOMKills, d.Services, d.Stopped, d.Workflows
}

// encode returns the state as the JSON of session_data and active_workflows.
func (r *Record) encode() (stateText, names string) {
	s := r.session
	d := data{s.Mark, s.Version, s.Boot, s.PID, s.OOMKills, r.batch, r.state.services, r.state.stopped, r.state.workflows}
	if d.Services == nil {
		d.Services = []Service{}
	}
	active := make([]string, len(r.state.workflows))
	for i, workflow := range r.state.workflows {
		active[i] = workflow.Name
	}
	encoded := func(value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // plain structs: cannot fail
		}
		return string(text)
	}
	return encoded(d), encoded(active)
}

// writeState writes the session's state. It is part of a transaction.
func (r *Record) writeState() error {
	text, _ := r.encode()
	err := execute(r.conn, `UPDATE sessions SET last_seen = ?, state = ? WHERE id = ?`, time.Now(), text, r.session.Mark)
	if err == nil && r.options.PlatformFile == "" {
		err = r.writeRow(r.conn)
	}
	return err
}

// writeRow writes the one row of session_state.
func (r *Record) writeRow(conn *sqlite3.Conn) error {
	text, names := r.encode()
	return execute(conn, `INSERT OR REPLACE INTO session_state
		(id, session_start, dirty_shutdown, active_workflows, session_data, last_updated) VALUES ('default', ?, ?, ?, ?, ?)`,
		r.session.Started, r.state.dirty, names, text, time.Now())
}

func missed(n int) Event {
	return Event{At: time.Now(), Kind: "missed", Detail: strconv.Itoa(n) + " events, while nothing could be saved"}
}
