//go:build unix

// The fake guard proves readiness by notify, which Windows does not have.

package manager

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// A world is what the manager sees of the system in these tests: guards that run no processes,
// in synthetic time.
type world struct {
	mu        sync.Mutex
	guards    []*fakeGuard
	sweeping  chan struct{}  // until when a sweep takes; nil: it does not
	ways      map[string]way // of services
	left      error          // of a sweep
	failing   int            // launches of a guard that are to fail
	port      portState
	portHangs bool            // it cannot be looked at
	login     string          // PATH of the login shell
	logins    int             // how often it was asked
	proof     error           // of every check
	there     map[string]bool // the paths that exist
	env       func(context.Context) ([]string, error)
	names     map[string]string // addresses behind names; of others nobody tells anything
}

// A way is how a service behaves from its next start on.
type way struct {
	refuse  guard.Reason  // why it cannot be started; "": it can
	hangs   bool          // its start gets the guard stuck
	lives   time.Duration // until it ends by itself; 0: it does not
	code    int           // with this status
	left    []string      // and these left behind
	lines   []string      // after it has printed this
	ready   time.Duration // until it says that it is ready; <0: it never does
	stops   time.Duration // after it was asked to; it is killed when its grace is over
	lingers time.Duration // from its end until nothing of it is left
}

func (w *world) set(service string, as way) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ways[service] = as
}

func (w *world) setPort(state portState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.port = state
}

func (w *world) setEnv(read func(context.Context) ([]string, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.env = read
}

func (w *world) setPortHangs() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.portHangs = true
}

func (w *world) setName(address, behind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names = map[string]string{address: behind}
}

// setLeft has a sweep leave something.
func (w *world) setLeft(left error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = left
}

// mount has these paths exist from now on.
func (w *world) mount(paths ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, path := range paths {
		w.there[path] = true
	}
}

func (w *world) exists(path string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.there[path]
}

// failLaunches has so many launches of a guard fail.
func (w *world) failLaunches(count int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failing = count
}

// guard is the guard that runs; nil without one.
func (w *world) guard() *fakeGuard {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.guards); n > 0 && w.guards[n-1].alive() {
		return w.guards[n-1]
	}
	return nil
}

// newFake returns a manager in a world of its own. It must be called in a synctest bubble.
func newFake(t *testing.T, specs ...spec.ServiceSpec) (*Manager, *world) {
	t.Helper()
	w := &world{ways: map[string]way{}, there: map[string]bool{}}
	m := newWith(Options{}, surroundings{
		launch: w.launch,
		sweep: func() error {
			time.Sleep(10 * time.Millisecond)
			w.mu.Lock()
			left, until := w.left, w.sweeping
			w.mu.Unlock()
			if until != nil {
				<-until
			}
			return left
		},
		prepare: func(ctx context.Context, s spec.ServiceSpec) ([]string, error) {
			w.mu.Lock()
			read := w.env
			w.mu.Unlock()
			if s.EnvFile == "" {
				return nil, nil
			}
			return read(ctx)
		},
		exists:    func(_ context.Context, path string) bool { return w.exists(path) },
		loginPath: w.askLogin,
		resolve: func(ctx context.Context, address string) (string, error) {
			w.mu.Lock()
			found := w.names[address]
			w.mu.Unlock()
			if found == "" && isNamed(address) {
				<-ctx.Done()
			}
			return cmp.Or(found, address), ctx.Err()
		},
		port: func(ctx context.Context, _ string, _ bool, _ int) portState {
			w.mu.Lock()
			hangs, state := w.portHangs, w.port
			w.mu.Unlock()
			if hangs {
				<-ctx.Done()
			}
			return state
		},
		proof: w.prove,
	})
	for _, s := range specs {
		s.Command = []string{s.Name}
		must(t, m.AddService(s))
	}
	return m, w
}

func (w *world) launch() (guardProcess, error) {
	time.Sleep(time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failing > 0 {
		w.failing--
		return nil, errors.New("no guard today")
	}
	g := &fakeGuard{w: w, pid: 1000 + len(w.guards), events: make(chan guard.Event, 1000), runs: map[string]*fakeRun{}}
	w.guards = append(w.guards, g)
	return g, nil
}

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

// inBubble runs a test in a bubble, with a manager that is shut down at its end.
func inBubble(t *testing.T, test func(t *testing.T, m *Manager, w *world), specs ...spec.ServiceSpec) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m, w := newFake(t, specs...)
		test(t, m, w)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := m.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
	})
}

// pass lets everything happen that happens within that time.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func stateOf(m *Manager, name string) State {
	s, _ := m.Snapshot().Service(name)
	return s.State
}

func problemOf(m *Manager, name string) *Problem {
	s, _ := m.Snapshot().Service(name)
	return s.Problem
}

func (w *world) askLogin(context.Context) string {
	time.Sleep(100 * time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.logins++
	return w.login
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
