package guard

import (
	"fmt"
	"time"
)

// killTimeout is how long the guard waits for what it has killed. Only a process
// stuck in the kernel takes longer; it is reported and left.
const killTimeout = 3 * time.Second

// rescan is how often strays are looked for once killing has begun: a child of a
// killed child ends without telling us.
const rescan = 20 * time.Millisecond

// closing is the state of a shutdown.
type closing struct {
	rank     int // units of this rank and above have been asked to stop
	deadline time.Time
	killing  bool
	giveUp   time.Time
}

// reap collects what has ended.
func (g *guard) reap() {
	leader := func(pid int) *unit {
		for _, u := range g.units {
			if u.running && u.process.pid == pid {
				return u
			}
		}
		return nil
	}
	endings := g.system.reap(func(pid int) {
		// The group's number is ours until its leader is reaped.
		if u := leader(pid); u != nil && (!u.asked || u.killing) {
			g.system.kill(u.process) // what a dead service leaves in its group has no owner
		}
	})
	for _, end := range endings {
		if u := leader(end.pid); u != nil {
			g.exited(u, end)
		}
	}
}

func (g *guard) exited(u *unit, end ending) {
	u.running = false
	now := time.Now()
	u.out.drain()
	u.err.drain()
	words := fmt.Sprintf("ended with status %d\n", end.code)
	if end.signal != "" {
		words = "ended by " + end.signal + "\n"
	}
	u.log.write(now, streamSys, []byte(words))
	if u.process.lifeline != nil {
		u.process.lifeline.Close()
	}
	g.events <- Event{Exited: &Exited{
		Service: u.start.Service, Run: u.start.Run, PID: end.pid, At: now,
		Code: end.code, Signal: end.signal, Lines: u.log.lastLines(),
	}}
	if !u.asked { // nobody asked: what is left has no time to ask for
		u.deadline = now
	}
}

// end asks a run to stop, by deadline at the latest. It may be called again with an
// earlier deadline.
func (g *guard) end(u *unit, deadline time.Time) {
	if deadline.Before(u.deadline) || u.running && !u.asked {
		u.deadline = deadline
	}
	if u.asked || !u.running {
		return
	}
	u.asked = true
	if time.Now().Before(deadline) {
		g.system.terminate(u.process)
	}
}

// shutdown begins the end of everything, or brings it forward.
func (g *guard) shutdown(grace time.Duration) {
	deadline := time.Now().Add(grace)
	if g.closing == nil {
		g.closing = &closing{rank: int(^uint(0) >> 1), deadline: deadline}
		for service := range g.sockets {
			g.release(service) // new visitors learn at once that nobody is in
		}
	}
	if deadline.Before(g.closing.deadline) {
		g.closing.deadline = deadline
	}
}

// settle carries on whatever is on its way to an end: it asks the next rank, kills
// what is past its deadline, and reports the runs of which nothing is left.
func (g *guard) settle(now time.Time) {
	for again := true; again; {
		if g.closing != nil {
			g.advance(now)
		}
		again = false // unless a run is gone, which may have been the last of its rank
		for service, u := range g.units {
			switch late := !now.Before(u.deadline); {
			case u.running && u.asked && late:
				u.killing = true
				g.system.kill(u.process)
				g.endStrays(u, true)
			case !u.running && g.endStrays(u, late) == 0:
				delete(g.units, service)
				u.finish()
				g.events <- Event{Gone: &Gone{service, u.start.Run}}
				again = true
			}
		}
	}
	if g.closing != nil && len(g.units) == 0 && !g.system.alone() {
		// Descendants that hide their mark belong to no run, but they are ours.
		g.endStrays(nil, !now.Before(g.closing.deadline))
	}
}

// finish closes what the run had open. Its output goes on to be read to its end by
// the goroutines that own the pipes.
func (u *unit) finish() {
	go func() {
		<-u.out.ended
		<-u.err.ended
		u.log.close()
	}()
}

// advance moves a shutdown on: the highest rank that is left is asked to stop; at
// the deadline all are.
func (g *guard) advance(now time.Time) {
	c := g.closing
	if !now.Before(c.deadline) {
		if !c.killing {
			c.killing, c.giveUp = true, now.Add(killTimeout)
		}
		c.rank = -1
	} else {
		highest := -1
		for _, u := range g.units {
			highest = max(highest, u.start.Rank)
		}
		c.rank = min(c.rank, highest)
	}
	for _, u := range g.units {
		if u.start.Rank >= c.rank {
			g.end(u, c.deadline)
		}
	}
}

// endStrays signals the descendants that u's process has left behind, or, where u is
// nil, all that are left of anything; it returns how many there are.
func (g *guard) endStrays(u *unit, kill bool) int {
	leaders := map[int]bool{}
	for _, u := range g.units {
		if u.running {
			leaders[u.process.pid] = true
		}
	}
	var of kinship
	if u != nil {
		of = kinship{u.start.mark(), u.process.pid}
	}
	strays := g.system.strays(of, leaders)
	for _, d := range strays {
		if kill {
			g.system.killStray(d)
		} else {
			g.system.terminateStray(d)
		}
	}
	return len(strays)
}

// next is when settle has something to do that no event announces; zero: never.
func (g *guard) next() time.Time {
	var next time.Time
	earlier := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	now := time.Now()
	wake := func(deadline time.Time) {
		if now.Before(deadline) {
			earlier(deadline)
		} else {
			earlier(now.Add(rescan))
		}
	}
	for _, u := range g.units {
		if u.asked || !u.running {
			wake(u.deadline)
		}
	}
	if g.closing != nil {
		wake(g.closing.deadline)
	}
	return next
}
