package session

import (
	"slices"
	"time"

	"agents-tray/sessiondb"
)

const (
	patience     = time.Second // for a start; then the menu says how long it usually takes
	usualStarts  = 5           // earlier sessions that say so
	eventsAStart = 10_000      // as many as are kept: the first of a session are wanted
)

// tellUsual says how long a start usually takes, once this one takes long.
func (s *Session) tellUsual() {
	if s.Asks() {
		return // nothing starts
	}
	slow := time.NewTimer(patience)
	defer slow.Stop()
	select {
	case <-slow.C:
	case <-s.up:
		return
	case <-s.quit:
		return
	}
	usual := usualStart(s.record, s.mark)
	s.mu.Lock()
	s.usual = usual
	s.mu.Unlock()
	s.changed.tell()
}

// usualStart is the median of how long the latest sessions but this took until all
// their services were ready; 0 if nothing is known.
func usualStart(record *sessiondb.Record, this string) time.Duration {
	sessions, err := record.Sessions(usualStarts + 1)
	if err != nil {
		return 0
	}
	var took []time.Duration
	for _, session := range sessions {
		if session.Mark == this {
			continue
		}
		events, err := record.Events(session.Mark, eventsAStart)
		if err != nil {
			continue
		}
		if d := startTime(session.Started, events); d > 0 {
			took = append(took, d)
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// startTime is how long a start took: until the last service was ready, before anything
// else happened. 0: it did not get that far.
func startTime(began time.Time, events []sessiondb.Event) time.Duration {
	var took time.Duration
	for _, e := range events {
		switch e.Kind {
		case "started":
		case "ready":
			took = e.At.Sub(began)
		default:
			return took
		}
	}
	return took
}
