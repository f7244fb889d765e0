package control

import (
	"context"
	"sync"
	"time"
)

// usagePeriod is the time between two measurements while somebody looks.
const usagePeriod = 2 * time.Second

// A sampler measures what the services that run use, once for all who look, at once and
// then each period. It is the only periodic work there is, and lasts as long as somebody
// looks.
type sampler struct {
	instance Instance

	mu      sync.Mutex
	readers int
	latest  Usages        // of this look; nil: none yet
	next    chan struct{} // closed when there is another
	stop    context.CancelFunc
	done    chan struct{} // closed when the run that stop ends has ended
}

// watch tells what the services that run use, until ctx ends or tell fails. A slow reader
// misses samples, and delays nobody.
func (s *sampler) watch(ctx context.Context, tell func(Usages) error) error {
	s.join()
	defer s.leave()
	for {
		s.mu.Lock()
		usages, next := s.latest, s.next
		s.mu.Unlock()
		if usages != nil {
			if err := tell(usages); err != nil {
				return err
			}
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *sampler) join() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readers++; s.readers == 1 {
		var ctx context.Context
		ctx, s.stop = context.WithCancel(context.Background())
		s.latest, s.next, s.done = nil, make(chan struct{}), make(chan struct{})
		go s.run(ctx, s.done)
	}
}

// leave waits for the end of the measurements if nobody else looks.
func (s *sampler) leave() {
	s.mu.Lock()
	s.readers--
	last, done := s.readers == 0, s.done
	if last {
		s.stop()
	}
	s.mu.Unlock()
	if last {
		<-done
	}
}

// run samples until ctx ends: the last reader has left.
func (s *sampler) run(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	period := time.NewTicker(usagePeriod)
	defer period.Stop()
	for {
		usages := s.sample(ctx)
		s.mu.Lock()
		if ctx.Err() != nil { // or another run has begun
			s.mu.Unlock()
			return
		}
		s.latest = usages
		close(s.next)
		s.next = make(chan struct{})
		s.mu.Unlock()
		select {
		case <-period.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *sampler) sample(ctx context.Context) Usages {
	usages := Usages{}
	for _, service := range s.instance.Status().Services {
		if service.PID == 0 {
			continue
		}
		if usage, err := s.instance.Usage(ctx, service.Name); err == nil && usage.Processes > 0 { // else it has just ended
			usages[service.Name] = usage
		}
	}
	return usages
}
