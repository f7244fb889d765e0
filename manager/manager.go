// Package manager decides what should run: services with dependencies, readiness,
// restarts and an orderly end. It is the policy; what does run is the business of
// the guard process (package guard), which it starts and talks to.
//
//	m := manager.New(manager.Options{…})
//	err := m.AddService(spec.ServiceSpec{Name: "dashboard", …})
//	err = m.StartAll(ctx)  // dependency order, siblings at once
//	err = m.Wait()         // until Shutdown, or nothing is left to run
//	err = m.Shutdown(ctx)  // reverse order; every process is gone when it returns
//	m.Close()              // and the guard
package manager

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// Grace is the time that all services together have to stop before they are killed, unless
// a service's StopTimeout is longer.
const Grace = 5 * time.Second

// Options are what a Manager needs from its surroundings.
type Options struct {
	// Guard says how to run the guard. Its Mark must be new for each session.
	Guard guard.Program
	// GuardLog is a file for the guard's own errors. Default: none.
	GuardLog string
	// ExitReport is the file for what the guard knows of this process's end, should it come
	// without Shutdown. Default: none.
	ExitReport string
	// Journals is the folder where guards keep what they know of their processes, for whoever
	// cleans up after one that was killed. Default: none.
	Journals string
	// Remove are files that the guard removes at the end if this process cannot.
	Remove []string
	// LogFolder is where the services' output is kept, a file each. Empty: nowhere.
	LogFolder string
	// Env holds NAME=value pairs for every service.
	Env []string
}

// A Manager runs services. One goroutine owns all its state and does no input or output;
// the methods hand it work and are safe for concurrent use.
type Manager struct {
	options  Options
	outside  surroundings
	inbox    chan func()
	done     chan struct{} // closed when the owner has ended
	snapshot atomic.Pointer[Snapshot]
	hub      hub
	watchers Watchers
	ctx      context.Context // ends with the owner, and ends what is done beside it
	end      context.CancelFunc

	// Owned by run.
	services       []*service
	byName         map[string]*service
	link           link
	checked        bool // the dependencies can be met
	login          loginPath
	moved          map[string]string // addresses that services listened on before Move: where they do now
	memberRequests []memberRequest
	published      time.Time
	shuttingDown   bool
	waiters        []chan error  // of Wait
	endsBy         time.Time     // see Snapshot
	gone           chan struct{} // closed when a shutdown is complete
	goneErr        error
	killOnce       sync.Once
}

// New returns a manager and starts its guard, which is up by the time it is needed.
// Shutdown must be called in the end.
func New(options Options) *Manager { return newWith(options, system(options)) }

func newWith(options Options, outside surroundings) *Manager {
	m := &Manager{
		options: options, outside: outside, inbox: make(chan func(), 64), done: make(chan struct{}),
		byName: map[string]*service{}, moved: map[string]string{}, gone: make(chan struct{}),
	}
	m.ctx, m.end = context.WithCancel(context.Background())
	m.snapshot.Store(&Snapshot{Phase: PhaseStopped})
	m.link.m = m
	m.link.launch()
	go m.run()
	return m
}

// run is the owner: it handles one event, request or result after the other, and then does
// what follows from the state.
func (m *Manager) run() {
	defer close(m.done)
	defer m.end()
	due := time.NewTimer(publishEvery) // for publish
	defer due.Stop()
	for {
		select {
		case <-due.C:
			m.publish()
			continue
		case work := <-m.inbox:
			work()
		case event, ok := <-m.link.events:
			if ok {
				m.handle(event)
			} else {
				m.guardEnded()
			}
		}
		m.reconcile()
		if wait := publishEvery - time.Since(m.published); wait <= 0 {
			m.publish()
		} else {
			due.Reset(wait)
		}
		select {
		case <-m.gone:
			m.publish()
			return
		default:
		}
	}
}

// publishEvery is the least time between two snapshots made for events, so that a hundred
// services that start at once do not make one each. A call publishes before it returns.
const publishEvery = 5 * time.Millisecond

// post queues work for the owner, unless it has ended. The owner itself must not call it.
func (m *Manager) post(work func()) {
	select {
	case m.inbox <- work:
	case <-m.done:
	}
}

// ErrShutDown is what calls return once everything has been stopped.
var ErrShutDown = errors.New("everything has been stopped")

// ask runs work in the owner and returns its answer, once Snapshot shows what it did.
func (m *Manager) ask(work func() error) error {
	answer := make(chan error, 1)
	m.post(func() {
		err := work()
		m.reconcile()
		m.publish()
		answer <- err
	})
	select {
	case err := <-answer:
		return err
	case <-m.done:
		return ErrShutDown
	}
}

// AddService registers services. They are not started. The error, a *spec.Error, says
// which field of the first that cannot be added is wrong. What they depend on may be
// added later, before the first start.
func (m *Manager) AddService(specs ...spec.ServiceSpec) error {
	return m.ask(func() error {
		for _, added := range specs {
			if err := added.Validate(); err != nil {
				return err
			}
			if m.byName[added.Name] != nil {
				return &spec.Error{Service: added.Name, Field: "name", Err: spec.Wrong(spec.NameTaken)}
			}
			s := &service{m: m, spec: added.WithDefaults(), given: added.WithDefaults()}
			m.services = append(m.services, s)
			m.byName[added.Name] = s
			m.checked = false
		}
		return nil
	})
}

// Wait blocks until Shutdown has completed, or no service runs or is to run again.
func (m *Manager) Wait() error {
	waiting := make(chan error, 1)
	m.post(func() { m.waiters = append(m.waiters, waiting) })
	select {
	case err := <-waiting:
		return err
	case <-m.done:
		return m.goneErr
	}
}

// Start starts a service, and what it depends on, as if for the first time. It returns
// when the request is taken, as Stop, Restart and Move do.
func (m *Manager) Start(name string) error { return m.with(name, (*service).userStart) }

// Stop stops a service, after those that depend on it, which wait then; it stays
// stopped until Start.
func (m *Manager) Stop(name string) error { return m.with(name, (*service).userStop) }

// Restart stops a service and starts it again; a stopped one is started.
func (m *Manager) Restart(name string) error { return m.with(name, (*service).userRestart) }

// Move gives a service another port to listen on, until the program ends, and
// starts it.
func (m *Manager) Move(name string, port int) error {
	return m.with(name, func(s *service) { s.userMove(port) })
}

func (m *Manager) with(name string, do func(*service)) error {
	return m.ask(func() error {
		s := m.byName[name]
		switch {
		case s == nil || s.leaving:
			return ErrUnknownService(name)
		case m.shuttingDown:
			return ErrShutDown
		}
		if err := m.checkGraph(); err != nil {
			return err
		}
		do(s)
		return nil
	})
}

// Shutdown stops everything in reverse order of dependency, under one deadline, and
// returns when every process is confirmed gone; nil says that nothing is left, except
// perhaps for the guard, which Close waits for. The error
// wraps a *proctree.LeftError if it is known what is left. When ctx ends, what is left is
// killed at once. It may be called more than once.
func (m *Manager) Shutdown(ctx context.Context) error {
	m.post(m.beginShutdown)
	select {
	case <-m.gone:
	case <-ctx.Done():
		m.killOnce.Do(func() { m.post(func() { m.link.shutdown(0) }) })
		<-m.gone
	}
	<-m.done
	return m.goneErr
}

// Close waits, after Shutdown, until the guard has exited. It is killed if it does not.
func (m *Manager) Close() {
	<-m.done
	client := m.link.client
	if client == nil {
		return
	}
	slow := time.AfterFunc(hurryTime, client.Kill)
	defer slow.Stop()
	for range client.Events() { // until it is closed
	}
}

func (m *Manager) beginShutdown() {
	if m.shuttingDown {
		return
	}
	m.shuttingDown = true
	grace := Grace
	for _, s := range m.services {
		if s.run != nil {
			grace = max(grace, s.spec.StopTimeout)
		}
		s.cancelRetry()
	}
	m.link.shutdown(grace)
}

// finish ends the owner. err is nil if no process is left.
func (m *Manager) finish(err error) {
	select {
	case <-m.gone:
		return
	default:
	}
	m.goneErr = err
	for _, s := range m.services {
		s.dropRun()
	}
	close(m.gone)
}

// publish stores a new snapshot if the state has changed, and answers Wait.
func (m *Manager) publish() {
	m.published = time.Now()
	next := &Snapshot{Guard: m.link.pid(), EndsBy: m.endsBy, Services: make([]Service, len(m.services))}
	busy, settled := false, settlements{}
	for i, s := range m.services {
		next.Services[i] = s.view(settled)
		busy = busy || !next.Services[i].State.Idle()
	}
	next.Phase = phase(next.Services, m.shuttingDown)
	if !next.equal(m.snapshot.Load()) {
		m.snapshot.Store(next)
		m.watchers.Tell()
	}
	if !busy {
		for _, waiting := range m.waiters {
			waiting <- nil
		}
		m.waiters = nil
	}
}

// Snapshot returns the present state. It never blocks.
func (m *Manager) Snapshot() Snapshot { return *m.snapshot.Load() }

// Spec returns the specification of a service as it is in force.
func (m *Manager) Spec(name string) (found spec.ServiceSpec, err error) {
	err = m.ask(func() error {
		s := m.byName[name]
		if s == nil {
			return ErrUnknownService(name)
		}
		found = s.spec
		found.DependsOn = maps.Clone(s.spec.DependsOn)
		return nil
	})
	return found, err
}
