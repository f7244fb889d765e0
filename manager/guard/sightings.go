package guard

import (
	"sync"
	"time"
)

// The descendants of a run are looked for a few times after a start, while their parents
// live and tell whose they are, so that the journal has them should the guard be killed. A
// run with a control group does not need that.
const (
	firstSighting = 250 * time.Millisecond // after the latest start of a service
	lastSighting  = 4 * time.Second        // the longest wait for another look; each is four times the one before
)

// sightings says when the descendants of all runs are to be looked for.
type sightings struct {
	next time.Time // zero: not any more
	wait time.Duration
}

// begin plans the looks after a start.
func (s *sightings) begin(now time.Time) { s.next, s.wait = now.Add(firstSighting), firstSighting }

// sight looks for the descendants if it is time for that.
func (g *guard) sight(now time.Time) {
	s := &g.sightings
	if s.next.IsZero() || now.Before(s.next) {
		return
	}
	if s.wait *= 4; s.wait <= lastSighting {
		s.next = now.Add(s.wait)
	} else {
		s.next = time.Time{}
	}
	own := sync.OnceValues(g.tree.Children)
	for _, r := range g.runs {
		if r.running && r.process.Cgroup == "" {
			_, _ = g.tree.Descendants(r.selector(g), g.known(), own) // whom it could not look at have their environment
		}
	}
}
