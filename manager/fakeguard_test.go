//go:build unix

package manager

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"agents-tray/manager/guard"
)

// A fakeGuard does what a guard does, but that it starts nothing.
type fakeGuard struct {
	w      *world
	pid    int
	events chan guard.Event

	mu     sync.Mutex
	frozen bool
	ended  bool
	err    error
	runs   map[string]*fakeRun
	asked  []guard.Request
	queue  []guard.Request // of them, those that it has yet to do
	ending bool
	left   error // that it tells at its end
}

type fakeRun struct {
	start  guard.Start
	way    way
	exited bool
	asked  bool
}

func (g *fakeGuard) Events() <-chan guard.Event { return g.events }
func (g *fakeGuard) PID() int                   { return g.pid }
func (g *fakeGuard) Kill()                      { g.end(errors.New("signal: killed")) }

func (g *fakeGuard) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

func (g *fakeGuard) alive() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.ended
}

// end ends it, and with it all that it runs.
func (g *fakeGuard) end(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.endLocked(err)
}

func (g *fakeGuard) endLocked(err error) {
	if !g.ended {
		g.ended, g.err, g.runs = true, err, nil
		close(g.events)
	}
}

// freeze stops it: it takes requests and does nothing.
func (g *fakeGuard) freeze() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.frozen = true
}

// leaves has it end, when it is told to, with something left.
func (g *fakeGuard) leaves(left error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left = left
}

// terminate is SIGTERM from somebody.
func (g *fakeGuard) terminate() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ended && !g.frozen && !g.ending {
		g.events <- guard.Event{Leaving: &guard.Leaving{}}
		g.shutdown(Grace)
	}
}

// after does something later, if the guard still does things then.
func (g *fakeGuard) after(wait time.Duration, do func()) {
	time.AfterFunc(wait, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if !g.ended && !g.frozen {
			do()
		}
	})
}

func (g *fakeGuard) Send(r guard.Request) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return errors.New("the guard is gone")
	}
	if g.frozen && (r.Start != nil || r.Members != nil) { // as guard.Client does with one that owes an answer
		time.AfterFunc(20*time.Second, g.Kill)
	}
	g.asked = append(g.asked, r)
	g.queue = append(g.queue, r)
	g.after(100*time.Microsecond, func() { // in their order, whichever of two timers of one moment fires first
		next := g.queue[0]
		g.queue = g.queue[1:]
		g.handle(next)
	})
	return nil
}

func (g *fakeGuard) handle(r guard.Request) {
	switch {
	case r.Start != nil && !g.ending:
		g.start(*r.Start)
	case r.Stop != nil:
		if run := g.runs[r.Stop.Service]; run != nil && run.start.Run == r.Stop.Run {
			g.stop(run, r.Stop.Grace)
		}
	case r.Members != nil:
		g.events <- guard.Event{Members: &guard.Members{Service: r.Members.Service, Run: r.Members.Run, PIDs: []int{1}}}
	case r.Shutdown != nil:
		g.shutdown(r.Shutdown.Grace)
	}
}

func (g *fakeGuard) start(s guard.Start) {
	g.w.mu.Lock()
	as := g.w.ways[s.Service]
	g.w.mu.Unlock()
	if g.runs[s.Service] != nil {
		panic("two runs of " + s.Service + " at once")
	}
	if as.hangs {
		g.frozen = true
		time.AfterFunc(guard.StuckTime, func() { g.end(errors.Join(&guard.StuckError{Service: s.Service}, errors.New("signal: killed"))) })
		return
	}
	if as.refuse != "" {
		g.events <- guard.Event{Refused: &guard.Refused{Service: s.Service, Run: s.Run, Reason: as.refuse, Error: "so"}}
		return
	}
	run := &fakeRun{start: s, way: as}
	g.runs[s.Service] = run
	g.events <- guard.Event{Started: &guard.Started{Service: s.Service, Run: s.Run, PID: int(s.Run), At: time.Now()}}
	if s.Notify && as.ready >= 0 {
		g.after(as.ready, func() {
			if g.runs[s.Service] == run && !run.exited {
				g.events <- guard.Event{Notice: &guard.Notice{Service: s.Service, Run: s.Run, Ready: true}}
			}
		})
	}
	if as.lives > 0 {
		g.after(as.lives, func() { g.exit(run, as.code, "") })
	}
}

// exit ends the process of a run.
func (g *fakeGuard) exit(run *fakeRun, code int, signal string) {
	s := run.start
	if g.runs[s.Service] != run || run.exited {
		return
	}
	run.exited = true
	g.events <- guard.Event{Exited: &guard.Exited{
		Service: s.Service, Run: s.Run, PID: int(s.Run), At: time.Now(), Code: code, Signal: signal, Left: run.way.left, Lines: run.way.lines,
	}}
	g.after(run.way.lingers, func() {
		if g.runs[s.Service] != run {
			return
		}
		delete(g.runs, s.Service)
		g.events <- guard.Event{Gone: &guard.Gone{Service: s.Service, Run: s.Run}}
		if g.ending && len(g.runs) == 0 {
			g.confirm()
		}
	})
}

func (g *fakeGuard) stop(run *fakeRun, grace time.Duration) {
	if !run.asked && run.way.stops <= grace {
		g.after(run.way.stops, func() { g.exit(run, 0, "") })
	} else {
		g.after(grace, func() { g.exit(run, -1, "SIGKILL") })
	}
	run.asked = true
}

func (g *fakeGuard) shutdown(grace time.Duration) {
	g.ending = true
	for _, run := range g.runs {
		g.stop(run, grace)
	}
	if len(g.runs) == 0 {
		g.confirm()
	}
}

// confirm says that nothing is left, and exits.
func (g *fakeGuard) confirm() {
	if g.left == nil {
		g.events <- guard.Event{Left: &guard.Left{}}
	}
	g.after(time.Millisecond, func() { g.endLocked(g.left) })
}

// crash kills the process of a service.
func (g *fakeGuard) crash(service string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if run := g.runs[service]; run != nil && !g.frozen {
		g.exit(run, -1, "SIGSEGV")
	}
}

// running are the services that have a process.
func (g *fakeGuard) running() []string {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.runs))
}

// requests are those that were sent, as words.
func (g *fakeGuard) requests() (words []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.asked {
		switch {
		case r.Start != nil:
			words = append(words, "start "+r.Start.Service)
		case r.Stop != nil:
			words = append(words, "stop "+r.Stop.Service)
		}
	}
	return words
}
