package manager

import (
	"sync"
	"time"
)

// Event is something that happened: one of the types below.
type Event interface{ event() }

// ServiceStarted says that a process of the service exists.
type ServiceStarted struct {
	Service string
	PID     int
	At      time.Time
}

// ServiceReady says that the service has proved that it answers.
type ServiceReady struct {
	Service string
	PID     int
	At      time.Time
}

// ServiceExited says that its process has ended, asked or not.
type ServiceExited struct {
	Service string
	Exit    Exit
}

// ServiceRestarting says that it will be started again after Wait.
type ServiceRestarting struct {
	Service string
	Wait    time.Duration
	At      time.Time
}

// ServiceGaveUp says that it will not be started again unless the user asks.
type ServiceGaveUp struct {
	Service string
	Problem Problem
	At      time.Time
}

// ServiceStopped says that it was asked to stop, and nothing of it is left.
type ServiceStopped struct {
	Service string
	At      time.Time
}

// ServiceLost says that a service which is only watched no longer answers.
type ServiceLost struct {
	Service string
	Problem Problem
	At      time.Time
}

// GuardLost says that the guard died. What it left is ended, and another one takes over.
type GuardLost struct {
	Err error
	At  time.Time
}

// GuardFault says that the guard could not do something, such as write a log.
type GuardFault struct {
	Err error
	At  time.Time
}

// ProcessesLeft says that something which was started here could not be ended.
type ProcessesLeft struct {
	Service string // empty: of several
	Err     error  // wraps a *proctree.LeftError if it is known what
	At      time.Time
}

// Missed stands for N events that this subscriber was too slow to take.
type Missed struct{ N int }

func (ServiceStarted) event()    {}
func (ServiceReady) event()      {}
func (ServiceExited) event()     {}
func (ServiceRestarting) event() {}
func (ServiceGaveUp) event()     {}
func (ServiceStopped) event()    {}
func (ServiceLost) event()       {}
func (GuardLost) event()         {}
func (GuardFault) event()        {}
func (ProcessesLeft) event()     {}
func (Missed) event()            {}

// hub distributes events to subscriptions. It never blocks on one.
type hub struct {
	mu            sync.Mutex
	subscriptions map[*Subscription]bool
}

// A Subscription receives events in order until it is closed.
type Subscription struct {
	// C gives the events. A Missed among them says how many were dropped at that place
	// because C was full.
	C      <-chan Event
	c      chan Event
	missed int
	hub    *hub
}

// Subscribe starts a subscription that can hold back size events (at least 2).
func (m *Manager) Subscribe(size int) *Subscription {
	c := make(chan Event, max(size, 2))
	s := &Subscription{C: c, c: c, hub: &m.hub}
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	if m.hub.subscriptions == nil {
		m.hub.subscriptions = map[*Subscription]bool{}
	}
	m.hub.subscriptions[s] = true
	return s
}

// Close ends the subscription; C is closed after the events it holds.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.hub.subscriptions[s] {
		delete(s.hub.subscriptions, s)
		close(s.c)
	}
}

func (m *Manager) emit(e Event) {
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	for s := range m.hub.subscriptions {
		s.offer(e)
	}
}

// offer sends an event if there is room. When some were missed it needs room for two, so
// that Missed always comes before the next event.
func (s *Subscription) offer(e Event) {
	room := cap(s.c) - len(s.c)
	if s.missed > 0 && room >= 2 {
		s.c <- Missed{s.missed}
		s.missed = 0
	}
	if s.missed > 0 || room == 0 {
		s.missed++
		return
	}
	s.c <- e
}

// Watch returns a channel that gets a value after each change of Snapshot, and the call that
// ends it; see Watchers.
func (m *Manager) Watch() (changed <-chan struct{}, stop func()) { return m.watchers.Watch() }

// Watchers are those who want to know that something has changed. The zero value has none. It
// is safe for concurrent use.
type Watchers struct {
	mu       sync.Mutex
	channels map[chan struct{}]bool
}

// Watch returns a channel that gets a value after each Tell, and the call that ends it. The
// notice is coalesced: what is told before it is received gives one value.
func (w *Watchers) Watch() (told <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.channels == nil {
		w.channels = map[chan struct{}]bool{}
	}
	w.channels[c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.channels, c)
	}
}

// Tell tells all watchers. It does not block.
func (w *Watchers) Tell() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.channels {
		select {
		case c <- struct{}{}:
		default: // the notice before has not been received yet
		}
	}
}
