package guard

import (
	"fmt"
	"slices"
	"sync"
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
		} else if g.keeper.ended(end.pid) {
			g.keepAt = g.keeper.next()
		}
	}
}

// keepDelay keeps the keeper's start out of the way of the services'.
const keepDelay = 20 * time.Millisecond

// keepDue reports whether it is time for a keeper.
func (g *guard) keepDue(now time.Time) bool {
	return g.closing == nil && !g.keepAt.IsZero() && g.keeper.missing() && !now.Before(g.keepAt)
}

// keep has somebody see to what is left if this process is killed.
func (g *guard) keep() {
	if err := g.keeper.start(); err != nil {
		g.fault(fmt.Errorf("nobody will clean up if the guard is killed: %w", err))
	}
}

func (g *guard) exited(u *unit, end ending) {
	u.running = false
	now := time.Now()
	u.out.drain()
	u.err.drain()
	u.tell(g.events) // what it said comes before its end
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
		OutOfMemory: end.signal == "SIGKILL" && !u.killing && g.outOfMemory(),
	}}
	if !u.asked { // nobody asked: what is left has no time to ask for
		u.deadline = now
	}
}

// outOfMemory reports whether the system has ended processes for lack of memory since
// it was last asked. It does not say which, but one that was killed just now by nobody
// else was among them.
func (g *guard) outOfMemory() bool {
	before := g.ooms
	g.ooms = OOMKills()
	return before >= 0 && g.ooms > before
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
		g.system.terminate(u.process, u.start.StopSignal)
	}
}

// shutdown begins the end of everything, or brings it forward.
func (g *guard) shutdown(grace time.Duration) {
	deadline := time.Now().Add(grace)
	if g.closing == nil {
		g.closing = &closing{deadline: deadline}
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
		own := sync.OnceValue(g.system.children) // read once for all that have ended, if any has
		if g.closing != nil {
			g.advance(now)
		}
		again = false // unless a run is gone, which may have been the last to need another
		for service, u := range g.units {
			switch late := !now.Before(u.deadline); {
			case u.running && u.asked && late:
				u.killing = true
				g.system.kill(u.process)
				g.endStrays(u, own, true)
			case !u.running && g.endStrays(u, own, late) == 0:
				delete(g.units, service)
				u.finish()
				g.events <- Event{Gone: &Gone{service, u.start.Run}}
				again = true
			}
		}
	}
	if g.closing != nil && len(g.units) == 0 && !g.isAlone() {
		// Descendants that hide their mark belong to no run, but they are ours.
		g.endStrays(nil, g.system.children, !now.Before(g.closing.deadline))
	}
}

// isAlone reports whether nothing is left below the guard. The keeper goes last.
func (g *guard) isAlone() bool {
	if g.keeper.pid != 0 && len(g.system.strays(kinship{}, g.known(), g.system.children)) == 0 {
		g.keeper.dismiss()
	}
	return g.keeper.pid == 0 && g.system.alone()
}

// known are the children that are not strays: the leaders of runs, and the keeper.
func (g *guard) known() map[int]bool {
	known := map[int]bool{g.keeper.pid: true}
	for _, u := range g.units {
		if u.running {
			known[u.process.pid] = true
		}
	}
	return known
}

// members answers which processes belong to a run.
func (g *guard) members(l Look) *Members {
	m := &Members{Service: l.Service, Run: l.Run, PIDs: []int{}}
	u := g.units[l.Service]
	if u == nil || u.start.Run != l.Run {
		return m
	}
	if u.running {
		m.PIDs = append(m.PIDs, u.process.pid)
	}
	if socket := g.sockets[l.Service]; socket != nil && socket.file != nil {
		m.Waiting = waiting(socket.file)
	}
	for _, d := range g.system.strays(u.kin(), g.known(), g.system.children) {
		m.PIDs = append(m.PIDs, d.pid)
	}
	return m
}

func (u *unit) kin() kinship { return kinship{u.start.mark(), u.process.pid} }

// finish closes what the run had open. Its output goes on to be read to its end by
// the goroutines that own the pipes.
func (u *unit) finish() {
	go func() {
		<-u.out.ended
		<-u.err.ended
		u.close()
	}()
}

// advance moves a shutdown on: a run is asked to stop once nothing is left that needs
// it; at the deadline all are.
func (g *guard) advance(now time.Time) {
	c := g.closing
	late := !now.Before(c.deadline)
	if late && !c.killing {
		c.killing, c.giveUp = true, now.Add(killTimeout)
	}
	for _, u := range g.units {
		if late || !g.needed(u) {
			g.end(u, c.deadline)
		}
	}
}

// needed reports whether another run needs u's service.
func (g *guard) needed(u *unit) bool {
	for _, other := range g.units {
		if other != u && slices.Contains(other.start.Needs, u.start.Service) {
			return true
		}
	}
	return false
}

// endStrays signals the descendants that u's process has left behind, or, where u is
// nil, all that are left of anything; it returns how many there are.
func (g *guard) endStrays(u *unit, own func() []int, kill bool) int {
	var of kinship
	if u != nil {
		of = u.kin()
	}
	strays := g.system.strays(of, g.known(), own)
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
	} else if !g.keepAt.IsZero() && g.keeper.missing() {
		earlier(g.keepAt)
	}
	return next
}
