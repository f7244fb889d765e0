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
	killing  bool
	giveUp   time.Time
}

// reap collects what has ended.
func (g *guard) reap() {
	leader := func(pid int) *run {
		for _, r := range g.runs {
			if r.running && r.process.PID == pid {
				return r
			}
		}
		return nil
	}
	exits := g.tree.Reap(func(pid int) {
		// The group's id is its own until its leader is reaped.
		r := leader(pid)
		if r == nil {
			return
		}
		if !r.stopping && endedWell(pid) {
			r.left = g.leftBehind(r)
		}
		if !r.stopping || r.killing {
			g.tree.Kill(r.process) // what is left of its group
		}
		r.memoryGroup = proctree.MemoryGroup(pid)
	})
	for _, exit := range exits {
		if r := leader(exit.PID); r != nil {
			g.exited(r, exit)
		} else if g.helper.Reaped(exit.PID) {
			g.helperStart = g.helper.NextStart()
		}
	}
}

// leftBehind returns the names of the processes that r's leader, which has just ended, left
// running. They are children of the guard now. One that has changed its environment counts,
// one that belongs to another run does not.
func (g *guard) leftBehind(r *run) []string {
	var names []string
	known := g.known()
	for _, pid := range g.tree.Children() {
		if known[pid] {
			continue
		}
		if name := nameOf(pid, r.start.variable()); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// helperDelay is from the first start of a service to that of the cleanup helper, which
// must not delay the services.
const helperDelay = 20 * time.Millisecond

// helperDue reports whether the cleanup helper is to be started now.
func (g *guard) helperDue(now time.Time) bool {
	return g.closing == nil && !g.helperStart.IsZero() && g.helper.Missing() && !now.Before(g.helperStart)
}

// startHelper starts the cleanup helper.
func (g *guard) startHelper() {
	if err := g.helper.Start(); err != nil {
		g.fault(fmt.Errorf("start the cleanup helper, without which nothing cleans up after a killed guard: %w", err))
	}
}

// exited records that a run's leader has ended.
func (g *guard) exited(r *run, exit proctree.Exit) {
	r.running = false
	now := time.Now()
	r.out.drain()
	r.err.drain()
	r.sendNotice(g.events) // before its end
	words := fmt.Sprintf("ended with status %d\n", exit.Code)
	if exit.Signal != "" {
		words = "ended by " + exit.Signal + "\n"
	}
	r.log.Write(now, logs.Sys, []byte(words))
	if r.process.Lifeline != nil {
		r.process.Lifeline.Close()
	}
	lines, reasons := r.log.LastLines()
	g.events <- Event{Exited: &Exited{
		Service: r.start.Service, Run: r.start.Run, PID: exit.PID, At: now,
		Code: exit.Code, Signal: exit.Signal, Lines: lines, Reasons: reasons,
		OutOfMemory: exit.Signal == "SIGKILL" && !r.killing && g.memory.killed(exit.PID, r.memoryGroup), Left: r.left,
	}}
	if !r.stopping { // a crash: its descendants are killed at once
		r.deadline = now
	}
}

// stopRun asks a run to stop, and has it killed at the deadline. It may be called again
// with an earlier deadline.
func (g *guard) stopRun(r *run, deadline time.Time) {
	if deadline.Before(r.deadline) || r.running && !r.stopping {
		r.deadline = deadline
	}
	if r.stopping || !r.running {
		return
	}
	r.stopping = true
	if time.Now().Before(deadline) {
		g.tree.Terminate(r.process, r.start.StopSignal)
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
// left.
func (g *guard) settle(now time.Time) {
	for again := true; again; {
		own := sync.OnceValue(g.tree.Children) // read at most once
		if g.closing != nil {
			g.advance(now)
		}
		again = false // unless a run is gone, which may have been the last to need another
		for service, r := range g.runs {
			switch late := !now.Before(r.deadline); {
			case r.running && r.stopping && late:
				r.killing = true
				g.tree.Kill(r.process)
				g.endDescendants(r, own, true)
			case !r.running && g.endDescendants(r, own, late) == 0:
				delete(g.runs, service)
				r.finish()
				g.events <- Event{Gone: &Gone{service, r.start.Run}}
				again = true
			}
		}
	}
	if g.closing != nil && len(g.runs) == 0 && !g.isEmpty() {
		// Descendants that have changed environment and group belong to no run.
		g.endDescendants(nil, g.tree.Children, !now.Before(g.closing.deadline))
	}
}

// isEmpty reports whether nothing is left below the guard. It stops the cleanup helper
// once that is the last.
func (g *guard) isEmpty() bool {
	if g.helper.PID != 0 && len(g.tree.Descendants(proctree.Selector{}, g.known(), g.tree.Children)) == 0 {
		g.helper.Stop()
	}
	return g.helper.PID == 0 && g.tree.Empty()
}

// known returns the children that the guard has started: the leaders of runs and the
// cleanup helper.
func (g *guard) known() map[int]bool {
	known := map[int]bool{g.helper.PID: true}
	for _, r := range g.runs {
		if r.running {
			known[r.process.PID] = true
		}
	}
	return known
}

// members returns the processes that belong to a run.
func (g *guard) members(request MembersRequest) *Members {
	m := &Members{Service: request.Service, Run: request.Run, PIDs: []int{}}
	r := g.runs[request.Service]
	if r == nil || r.start.Run != request.Run {
		return m
	}
	if r.running {
		m.PIDs = append(m.PIDs, r.process.PID)
	}
	if socket := g.sockets[request.Service]; socket != nil && socket.file != nil {
		m.Waiting = waiting(socket.file)
	}
	for _, d := range g.tree.Descendants(r.selector(), g.known(), g.tree.Children) {
		m.PIDs = append(m.PIDs, d.PID)
	}
	return m
}

func (r *run) selector() proctree.Selector {
	return proctree.Selector{Variable: r.start.variable(), Group: r.process.PID}
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
func (g *guard) advance(now time.Time) {
	c := g.closing
	late := !now.Before(c.deadline)
	if late && !c.killing {
		c.killing, c.giveUp = true, now.Add(proctree.KillTimeout)
	}
	for _, r := range g.runs {
		if late || !g.needed(r) {
			g.stopRun(r, c.deadline)
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

// endDescendants signals the descendants that r's leader has left, or, where r is
// nil, all that are left; it returns how many there are.
func (g *guard) endDescendants(r *run, own func() []int, kill bool) int {
	var of proctree.Selector
	if r != nil {
		of = r.selector()
	}
	descendants := g.tree.Descendants(of, g.known(), own)
	for _, d := range descendants {
		if kill {
			g.tree.KillDescendant(d)
		} else {
			g.tree.TerminateDescendant(d)
		}
	}
	return len(descendants)
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
	wake := func(deadline time.Time) {
		if now.Before(deadline) {
			earlier(deadline)
		} else {
			earlier(now.Add(proctree.RescanInterval))
		}
	}
	for _, r := range g.runs {
		if r.stopping || !r.running {
			wake(r.deadline)
		}
	}
	if g.closing != nil {
		wake(g.closing.deadline)
	} else if !g.helperStart.IsZero() && g.helper.Missing() {
		earlier(g.helperStart)
	}
	return next
}
