//go:build unix

// The fake guard proves readiness by notify, which Windows does not have.

package manager

import (
	"cmp"
	"context"
	"errors"
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
