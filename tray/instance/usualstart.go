package instance

import (
	"slices"
	"time"

	"agents-tray/sessiondb"
)

const (
	slowStart   = time.Second // after which the menu says how long a start usually takes
	usualStarts = 5           // earlier sessions that are looked at
	startEvents = 10_000      // all that are kept: those of the start come first
)

// tellUsual has the menu say how long a start usually takes, once this one is slow.
func (i *Instance) tellUsual() {
	if i.Asks() {
		return // nothing starts
	}
	slow := time.NewTimer(slowStart)
	defer slow.Stop()
	select {
	case <-slow.C:
	case <-i.up:
		return
	case <-i.quit:
		return
	}
	usual := usualStart(i.record, i.mark)
	i.mu.Lock()
	i.usual = usual
	i.mu.Unlock()
	i.changed.Tell()
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
		events, err := record.Events(session.Mark, startEvents)
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

// startTime is how long a start took: until the last service became ready, not counting what
// came after anything else had happened. 0: none became ready.
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
