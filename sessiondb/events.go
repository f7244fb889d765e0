package sessiondb

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"
)

const (
	keepEvents = 10_000 // in the file
	maxWaiting = 4_096  // in memory, while the file cannot be written
)

// Event is something that happened to a service.
type Event struct {
	At      time.Time
	Service string
	Kind    string // "started", "ready", "exited", …
	PID     int
	Detail  string // for people
}

// eventQueue holds what waits to be saved, so that nobody waits for the disk.
type eventQueue struct {
	ready chan struct{}

	mu      sync.Mutex
	waiting pending
	err     error
}

type pending struct {
	events    []Event
	lost      int        // events dropped because too many were waiting
	services  []Service  // nil: unchanged
	workflows []Workflow // nil: unchanged
}

// Add saves an event, within a moment. It never blocks.
func (r *Record) Add(e Event) {
	r.queue.add(func(p *pending) {
		if len(p.events) == maxWaiting {
			p.events = p.events[1:]
			p.lost++
		}
		p.events = append(p.events, e)
	})
}

// Err returns why the last attempt to save failed, nil if it did not. What could not
// be saved is tried again with what comes next.
func (r *Record) Err() error {
	r.queue.mu.Lock()
	defer r.queue.mu.Unlock()
	return r.queue.err
}

func (q *eventQueue) add(change func(*pending)) {
	q.mu.Lock()
	change(&q.waiting)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default: // told already
	}
}

func (q *eventQueue) take() pending {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.waiting
	q.waiting = pending{}
	return taken
}

// putBack returns what could not be saved to the head of the queue.
func (q *eventQueue) putBack(p pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	events := append(p.events, q.waiting.events...)
	cut := max(0, len(events)-maxWaiting)
	q.waiting.events = events[cut:]
	q.waiting.lost += p.lost + cut
	if q.waiting.services == nil {
		q.waiting.services = p.services
	}
	if q.waiting.workflows == nil {
		q.waiting.workflows = p.workflows
	}
}

func (q *eventQueue) failed(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = err
}

// saveEvents writes all that waits in one transaction.
func (r *Record) saveEvents(conn *sqlite3.Conn) (err error) {
	p := r.queue.take()
	if len(p.events) == 0 && p.services == nil && p.workflows == nil {
		return nil
	}
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
	now, err := r.write(conn, p)
	if err != nil {
		return err
	}
	return writeState(conn, r.session, now)
}

// write adds events, and returns how the session stands with what else has changed. It
// is part of a transaction.
func (r *Record) write(conn *sqlite3.Conn, p pending) (state, error) {
	if len(p.events) > 0 {
		if err := r.insert(conn, p.events); err != nil {
			return state{}, err
		}
		err := execute(conn, `DELETE FROM service_events WHERE id <= (SELECT max(id) FROM service_events) - ?`, int64(keepEvents))
		if err != nil {
			return state{}, err
		}
	}
	current, err := readPrevious(conn)
	if err != nil {
		return state{}, err
	}
	if current == nil {
		current = &Previous{}
	}
	now := state{true, current.Services, current.Workflows, current.Stopped}
	if p.services != nil {
		now.services, now.stopped = p.services, stillStopped(current.Stopped, p.services)
	}
	if p.workflows != nil {
		now.workflows = p.workflows
	}
	return now, nil
}

func (r *Record) insert(conn *sqlite3.Conn, events []Event) error {
	insert, _, err := conn.Prepare(`INSERT INTO service_events (session, at, service, kind, pid, detail) VALUES (?, ?, ?, ?, ?, ?)`)
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
	return errors.Join(err, insert.Close())
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
