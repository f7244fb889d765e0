package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"agents-tray/manager/words"
)

const (
	maxSessions      = 200    // in one answer
	maxSessionEvents = 10_000 // in one answer
)

// PastSession is a session as the record knows it: one that has ended, or this one.
type PastSession struct {
	ID      string    `json:"id"`
	Version string    `json:"version"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"` // zero: it runs
	// Ending is how it ended: "clean", or what ended it ("killed", "crashed", "restarted",
	// "out of memory", "unexpected", …); empty while it runs. Others may come.
	Ending string `json:"ending,omitempty"`
	// Detail is what more is known of it: the reason of a clean one, a crash's own words.
	Detail string `json:"detail,omitempty"`
	// Current says that it is the session that answers.
	Current bool `json:"current,omitempty"`
}

// Words is In English.
func (s PastSession) Words() string { return s.In(words.English) }

// In says how the session ended, as people would, and why if it was asked to.
func (s PastSession) In(l words.Language) string {
	if s.Ending == "" {
		return l.NoEnding(s.Current)
	}
	return l.Ending(s.Ending, s.Detail)
}

// Clean reports whether it ended as it should.
func (s PastSession) Clean() bool { return s.Ending == "clean" }

// Lasted is how long it ran; of one whose end is not known, or only that it was
// unexpected, how long it is known to have run. It is less than 0 if nothing is known.
func (s PastSession) Lasted(now time.Time) time.Duration {
	switch {
	case s.Current:
		return now.Sub(s.Started)
	case s.Ended.IsZero():
		return -1
	}
	return max(0, s.Ended.Sub(s.Started))
}

// Words says in English what happened, as people would.
func (e SessionEvent) Words() string { return words.English.Event(e.Kind) }

// SessionEvent is something that happened in a session.
type SessionEvent struct {
	At      time.Time `json:"at"`
	Service string    `json:"service,omitempty"` // empty: it concerns no single one
	Kind    string    `json:"kind"`              // "started", "ready", "exited", …
	PID     int       `json:"pid,omitempty"`
	Detail  string    `json:"detail,omitempty"` // for people
}

// Sessions returns the latest sessions, newest first, at most 200.
func (c *Client) Sessions(ctx context.Context, limit int) ([]PastSession, error) {
	var sessions []PastSession
	return sessions, c.get(ctx, "/v1/sessions?limit="+strconv.Itoa(limit), &sessions)
}

// SessionEvents returns the latest events of a session, oldest first, at most 10,000. It
// is a Refused with status 404 if the record knows no such session.
func (c *Client) SessionEvents(ctx context.Context, session string, limit int) ([]SessionEvent, error) {
	var events []SessionEvent
	return events, c.get(ctx, "/v1/sessions/"+url.PathEscape(session)+"/events?limit="+strconv.Itoa(limit), &events)
}

func historyRoutes(mux *http.ServeMux, i Instance) {
	mux.HandleFunc("GET /v1/sessions", func(w http.ResponseWriter, r *http.Request) {
		limit, err := countOf(r, "limit", 50, maxSessions)
		var sessions []PastSession
		if err == nil {
			sessions, err = i.Sessions(limit)
		}
		answer(w, append([]PastSession{}, sessions...), err)
	})
	mux.HandleFunc("GET /v1/sessions/{session}/events", func(w http.ResponseWriter, r *http.Request) {
		limit, err := countOf(r, "limit", 1000, maxSessionEvents)
		var events []SessionEvent
		if err == nil {
			events, err = i.SessionEvents(r.PathValue("session"), limit)
		}
		answer(w, append([]SessionEvent{}, events...), err)
	})
}
