package guard

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
)

// closing is the state of a shutdown.
type closing struct {
	deadline time.Time
	limit    time.Time // when what is left is given up at the latest; valid once killing
	killing  bool
	ending
}

// stopRun asks a run to stop, and has it killed at the deadline. It may be called again
// with an earlier deadline. own is as of Tree.Descendants.
func (g *guard) stopRun(r *run, deadline time.Time, own func() ([]int, error)) {
	if deadline.Before(r.deadline) || r.running && !r.stopping {
		r.deadline = deadline
	}
	if r.stopping || !r.running {
		return
	}
	r.stopping, r.asked = true, time.Now()
	if r.asked.Before(deadline) {
		g.noteGroup(r, own) // before the signal: its leader may be gone at once
		g.tree.Terminate(r.process, r.start.StopSignal)
		r.closeInput() // after the signal, which says more
	}
}

// closeInput ends the standard input of the leader, if it has been kept open.
func (r *run) closeInput() {
	if r.process.Lifeline != nil {
		r.process.Lifeline.Close()
		r.process.Lifeline = nil
	}
}

// shutdown stops everything within that time. A second call may shorten it.
func (g *guard) shutdown(grace time.Duration) {
	deadline := time.Now().Add(grace)
	if g.closing == nil {
		g.closing = &closing{deadline: deadline}
		for service := range g.sockets {
			g.release(service) // new connections are refused from now on
		}
	}
	if deadline.Before(g.closing.deadline) {
		g.closing.deadline = deadline
	}
}

// settle continues whatever is being stopped: it asks those to stop that no other needs
// any longer, kills what is past its deadline, and reports the runs of which nothing is
// left, or of which something cannot be ended.
func (g *guard) settle(now time.Time) {
	for again := true; again; {
		own := sync.OnceValues(g.tree.Children) // read at most once
		if g.closing != nil {
			g.advance(now, own)
		}
		again = false // unless a run is gone, which may have been the last to need another
		for _, r := range g.runs {
			switch late := !now.Before(r.deadline); {
			case r.running && r.stopping && late:
				r.killing = true
				r.begin(now, time.Time{}, false)
				g.tree.Kill(r.process)
				found, err := g.endDescendants(r, own, true)
				if r.over(now) {
					g.abandon(r, found, err)
					again = true
				}
			case !r.running:
				found, err := g.endDescendants(r, own, late)
				r.blind = err != nil
				if late && (len(found) > 0 || err != nil) {
					r.begin(now, time.Time{}, g.refused(found))
				}
				if len(found) == 0 && err == nil {
					g.gone(r, &Gone{})
					again = true
				} else if r.over(now) {
					g.abandon(r, found, err)
					again = true
				}
			}
		}
	}
	if g.closing != nil && len(g.runs) == 0 && !g.isEmpty() {
		// Descendants that nothing connects with a run belong to none.
		found, _ := g.endDescendants(nil, g.tree.Children, g.closing.killing)
		if g.closing.killing {
			g.closing.begin(now, g.closing.limit, g.refused(found))
		}
	}
}

// gone reports that a run has ended.
func (g *guard) gone(r *run, event *Gone) {
	g.tree.Forget(r.selector(g))
	delete(g.runs, r.start.Service)
	if n := len(r.killed); n > 0 {
		r.log.Write(time.Now(), logs.Sys, fmt.Appendf(nil, "processes below it that did not stop in time and were killed: %d\n", n))
	}
	r.finish()
	event.Service, event.Run = r.start.Service, r.start.Run
	g.events <- Event{Gone: event}
}

// finish closes what the run has open, once the goroutines that own its pipes have read
// them to their end.
func (r *run) finish() {
	go func() {
		<-r.out.ended
		<-r.err.ended
		r.close()
	}()
}

// advance continues a shutdown: it asks each run to stop that no other run needs, and at
// the deadline all.
func (g *guard) advance(now time.Time, own func() ([]int, error)) {
	c := g.closing
	late := !now.Before(c.deadline)
	if late && !c.killing {
		c.killing, c.limit = true, now.Add(proctree.KillTimeout)
	}
	for _, r := range g.runs {
		if late || !g.needed(r) {
			deadline := c.deadline
			if own := now.Add(r.start.StopTimeout); r.start.StopTimeout > 0 && !r.stopping && own.Before(deadline) {
				deadline = own
			}
			g.stopRun(r, deadline, own)
		}
	}
}

// needed reports whether another run needs r's service.
func (g *guard) needed(r *run) bool {
	for _, other := range g.runs {
		if other != r && slices.Contains(other.start.Needs, r.start.Service) {
			return true
		}
	}
	return false
}

// next returns when settle has something to do without an event; zero: never.
func (g *guard) next() time.Time {
	var next time.Time
	earlier := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	now := time.Now()
	for _, r := range g.runs {
		if !r.stopping && r.running {
			continue
		}
		early := now.Before(r.deadline)
		if early {
			earlier(r.deadline)
		}
		if !early || !r.running && (r.blind || !g.tree.AnnouncesEnds()) {
			earlier(r.next(now))
		}
	}
	if s := g.sightings; g.closing == nil && !s.next.IsZero() {
		earlier(s.next)
	}
	if c := g.closing; c != nil && now.Before(c.deadline) {
		earlier(c.deadline)
	} else if c != nil {
		earlier(c.next(now))
	} else if !g.helperStart.IsZero() && g.helper.Missing() {
		earlier(g.helperStart)
	}
	return next
}
