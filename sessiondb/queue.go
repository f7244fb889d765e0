package sessiondb

import (
	"sync"
	"time"
)

// maxWaiting bounds the events kept in memory while the file cannot be written.
const maxWaiting = 4_096

// Event is something that happened to a service.
type Event struct {
	At      time.Time
	Service string
	Kind    string // "started", "ready", "exited", …
	PID     int
	Detail  string // for people
}

// A queue holds what is to be saved, so that callers do not wait for the disk.
type queue struct {
	ready chan struct{}

	mu      sync.Mutex
	waiting pending
}

type pending struct {
	events    []Event
	lost      int        // events dropped because too many were waiting
	services  []Service  // nil: unchanged
	workflows []Workflow // nil: unchanged
	endings   []endingUpdate
	tried     batch
}

// A batch is what a failed transaction was to save: the first events and lost ones of what
// is pending. The disk may have failed after it had taken everything; see dropSaved.
type batch struct {
	number       int // 0: there was none
	events, lost int
}

// An endingUpdate says how an earlier session ended.
type endingUpdate struct {
	mark   string
	ending Ending
	detail string
	at     time.Time
}

func (p pending) empty() bool {
	return len(p.events) == 0 && p.lost == 0 && p.services == nil && p.workflows == nil && len(p.endings) == 0
}

// Add saves an event, within a moment. It never blocks.
func (r *Record) Add(e Event) {
	r.queue.add(func(p *pending) { p.events = append(p.events, e) })
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

// SetEnding saves how and when an earlier session ended, with a detail for people, within a
// moment. It never blocks.
func (r *Record) SetEnding(mark string, ending Ending, detail string, at time.Time) {
	r.queue.add(func(p *pending) { p.endings = append(p.endings, endingUpdate{mark, ending, detail, at}) })
}

func (q *queue) add(change func(*pending)) {
	q.mu.Lock()
	change(&q.waiting)
	q.waiting.bound()
	q.mu.Unlock()
	q.wake()
}

// wake lets the owner of the connection save, within a moment.
func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default: // already signalled
	}
}

// bound drops the oldest events of too many.
func (p *pending) bound() {
	if over := len(p.events) - maxWaiting; over > 0 {
		p.events = p.events[over:]
		p.lost += over
		p.tried.events = max(0, p.tried.events-over)
	}
}

func (q *queue) take() pending {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.waiting
	q.waiting = pending{}
	return taken
}

// putBack returns what may not have been saved to the head of the queue. Newer services
// and workflows replace it.
func (q *queue) putBack(p pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.waiting
	q.waiting = pending{
		events: append(p.events, now.events...), lost: p.lost + now.lost, tried: p.tried,
		services: p.services, workflows: p.workflows, endings: append(p.endings, now.endings...),
	}
	if now.services != nil {
		q.waiting.services = now.services
	}
	if now.workflows != nil {
		q.waiting.workflows = now.workflows
	}
	q.waiting.bound()
}
