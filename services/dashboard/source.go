package dashboard

import (
	"context"
	"sync"

	"agents-tray/manager"
)

// A source works while at least one page listens to it, and tells all that do.
type source struct {
	manager.Watchers
	work func(context.Context) // returns soon after its context has ended

	mu        sync.Mutex
	listeners int
	end       context.CancelFunc
	ended     chan struct{} // closed when the latest work has returned; nil before the first
}

// listen starts the work unless others listen already. changed gets a value after each
// change; see manager.Watchers. The caller must call leave.
func (s *source) listen() (changed <-chan struct{}, leave func()) {
	changed, stop := s.Watch()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listeners++; s.listeners == 1 {
		s.start()
	}
	return changed, sync.OnceFunc(func() {
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.listeners--; s.listeners == 0 {
			s.end()
		}
	})
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
