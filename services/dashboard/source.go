package dashboard

import (
	"context"
	"sync"
)

// A source works while at least one page listens to it, and wakes all that do.
type source struct {
	work func(context.Context) // returns soon after its context has ended

	mu        sync.Mutex
	listeners map[chan struct{}]bool
	end       context.CancelFunc
	ended     chan struct{} // closed when the latest work has returned; nil before the first
}

// listen starts the work unless others listen already. changed gets a value after each
// change; those that are not taken yet coalesce. The caller must call leave.
func (s *source) listen() (changed <-chan struct{}, leave func()) {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.listeners) == 0 {
		s.listeners = map[chan struct{}]bool{}
		s.start()
	}
	s.listeners[c] = true
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if delete(s.listeners, c); len(s.listeners) == 0 {
			s.end()
		}
	}
}

// start begins the work once that of earlier listeners has ended. The caller holds mu.
func (s *source) start() {
	ctx, end := context.WithCancel(context.Background())
	before, ended := s.ended, make(chan struct{})
	s.end, s.ended = end, ended
	go func() {
		defer close(ended)
		if before != nil {
			<-before
		}
		s.work(ctx)
	}()
}

// tell wakes all listeners.
func (s *source) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.listeners {
		select {
		case c <- struct{}{}:
		default: // a wake is pending already
		}
	}
}
