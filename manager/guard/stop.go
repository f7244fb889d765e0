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

// An ending is how far killing has come, of a run or of everything.
type ending struct {
	giveUp time.Time // when what is left is given up; zero until killing has begun
	looks  int       // how often it was looked whether anything is left
}

// begin sets when what is left is given up: soon if none of it may be ended by this user,
// and no later than limit. It does nothing the second time.
func (e *ending) begin(now, limit time.Time, refused bool) {
	if !e.giveUp.IsZero() {
		return
	}
	e.giveUp = now.Add(proctree.KillTimeout)
	if refused {
		e.giveUp = now.Add(proctree.RefusedTimeout)
	}
	if !limit.IsZero() && limit.Before(e.giveUp) {
		e.giveUp = limit
	}
}

// over reports whether what is left is to be given up.
func (e *ending) over(now time.Time) bool { return !e.giveUp.IsZero() && !now.Before(e.giveUp) }

// next is when to look again, each time later than before.
func (e *ending) next(now time.Time) time.Time {
	wait := proctree.MaxRescanInterval
	if shifted := proctree.RescanInterval << min(e.looks, 10); shifted < wait {
		wait = shifted
	}
	e.looks++
	if next := now.Add(wait); e.giveUp.IsZero() || next.Before(e.giveUp) {
		return next
	}
	return e.giveUp
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
	g.events <- Event{Exited: &Exited{
		Service: r.start.Service, Run: r.start.Run, PID: exit.PID, At: now,
		Code: exit.Code, Signal: exit.Signal, Lines: r.log.LastLines(),
		Killed: r.killing, Had: had, Left: r.left,
		OutOfMemory: exit.Signal == "SIGKILL" && !r.killing && g.memory.killed(exit.PID, r.memoryGroup),
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
	r.stopping, r.asked = true, time.Now()
	if r.asked.Before(deadline) {
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
			g.advance(now)
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
			case r.running && r.stopping && r.told == nil:
				g.noteGroup(r, own)
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

// refused reports whether there are some, and none of them may be ended by this user.
func (g *guard) refused(found []proctree.Descendant) bool {
	return len(found) > 0 && !slices.ContainsFunc(found, func(d proctree.Descendant) bool { return !g.tree.Refuses(d) })
}

// noteGroup notes who has got the stop signal with the leader, as all in its group have: a
// second one means to many programs that they are to end at once.
func (g *guard) noteGroup(r *run, own func() ([]int, error)) {
	r.told = map[int]bool{}
	found, _ := g.tree.Descendants(r.selector(g), g.known(), own) // who is not found is asked again
	for _, d := range found {
		if g.tree.InGroup(d, r.process.PID) {
			r.told[d.PID] = true
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

// abandon gives a run up, of which found cannot be ended, or nobody knows what there is.
func (g *guard) abandon(r *run, found []proctree.Descendant, look error) {
	event := &Gone{}
	if r.running {
		event.Left = g.tree.Describe(found, r.process)
		g.stuck[r.process.PID] = r.process
	} else {
		event.Left = g.tree.Describe(found)
	}
	if look != nil {
		event.Look = look.Error()
	}
	if err := event.Err(); err != nil {
		r.log.Write(time.Now(), logs.Sys, []byte(err.Error()+"\n"))
	}
	g.gone(r, event)
}

// left returns what is left below the guard.
func (g *guard) left() *Left {
	found, err := g.tree.Descendants(proctree.Selector{}, g.known(), g.tree.Children)
	var leaders []*proctree.Process
	for pid, p := range g.stuck {
		if !slices.ContainsFunc(found, func(d proctree.Descendant) bool { return d.PID == pid }) {
			leaders = append(leaders, p)
		}
	}
	left := &Left{Processes: g.tree.Describe(found, leaders...)}
	switch {
	case err != nil:
		left.Look = err.Error()
	case len(left.Processes) == 0:
		left.Look = "the system lists a child that cannot be seen"
	}
	return left
}

// isEmpty reports whether it is sure that nothing is left below the guard. It stops the
// cleanup helper once that is the last.
func (g *guard) isEmpty() bool {
	if g.helper.PID != 0 {
		if found, err := g.tree.Descendants(proctree.Selector{}, g.known(), g.tree.Children); err == nil && len(found) == 0 && len(g.stuck) == 0 {
			g.helper.Stop()
		}
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
	if socket := g.sockets[request.Service]; socket != nil {
		for _, file := range socket.files {
			m.Waiting += waiting(file)
		}
	}
	found, _ := g.tree.Descendants(r.selector(g), g.known(), g.tree.Children) // whom it could not look at are not told
	for _, d := range found {
		m.PIDs = append(m.PIDs, d.PID)
	}
	return m
}

func (r *run) selector(g *guard) proctree.Selector {
	return proctree.Selector{
		Variable: r.start.variable(), Group: r.process.PID, Running: r.running, Sole: len(g.runs) == 1, Cgroup: r.process.Cgroup,
	}
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
		c.killing, c.limit = true, now.Add(proctree.KillTimeout)
	}
	for _, r := range g.runs {
		if late || !g.needed(r) {
			deadline := c.deadline
			if own := now.Add(r.start.StopTimeout); r.start.StopTimeout > 0 && !r.stopping && own.Before(deadline) {
				deadline = own
			}
			g.stopRun(r, deadline)
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

// endDescendants signals the descendants that r's leader has left, or, where r is nil, all
// that are left. It returns them; the error says that there may be more.
func (g *guard) endDescendants(r *run, own func() ([]int, error), kill bool) ([]proctree.Descendant, error) {
	var of proctree.Selector
	told := g.told
	if r != nil {
		if r.told == nil {
			r.told = map[int]bool{}
		}
		if r.killed == nil {
			r.killed = map[int]bool{}
		}
		of, told = r.selector(g), r.told
	}
	found, err := g.tree.Descendants(of, g.known(), own)
	for _, d := range found {
		switch {
		case kill:
			_ = g.tree.KillDescendant(d) // if it may not be ended it is found again, and told
			if r != nil && r.stopping {
				r.killed[d.PID] = true
			}
		case !told[d.PID]:
			told[d.PID] = true
			_ = g.tree.TerminateDescendant(d) // the same
		}
	}
	return found, err
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
		if !early || !r.running && (r.blind || !proctree.AnnouncesEnds) {
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
