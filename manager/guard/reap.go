package guard

import (
	"fmt"
	"slices"
	"time"

	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
)

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
		} else {
			delete(g.stuck, exit.PID)
		}
	}
}

// leftBehind returns the names of the processes that r's leader, which has just ended, left
// running. They are children of the guard now. One that has changed its environment counts,
// one that belongs to another run does not.
func (g *guard) leftBehind(r *run) []string {
	var names []string
	known := g.known()
	children, _ := g.tree.Children() // whom it could not look at are not named
	for _, pid := range children {
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
	if err := g.helper.Start(g.tree.Journal()); err != nil {
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
	var had time.Duration
	words := fmt.Sprintf("ended with status %d\n", exit.Code)
	switch {
	case r.killing:
		had = now.Sub(r.asked).Round(100 * time.Millisecond)
		words = fmt.Sprintf("did not stop within %v and was killed\n", had)
	case exit.Signal != "":
		words = "ended by " + exit.Signal + "\n"
	}
	r.log.Write(now, logs.Sys, []byte(words))
	r.closeInput()
	lines, reasons := r.log.LastLines()
	g.events <- Event{Exited: &Exited{
		Service: r.start.Service, Run: r.start.Run, PID: exit.PID, At: now,
		Code: exit.Code, Signal: exit.Signal, Lines: lines, Reasons: reasons,
		Killed: r.killing, Had: had, Left: r.left,
		OutOfMemory: exit.Signal == "SIGKILL" && !r.killing && g.memory.killed(exit.PID, r.memoryGroup),
	}}
	if !r.stopping { // a crash: its descendants are killed at once
		r.deadline = now
	}
}
