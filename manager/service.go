package manager

import (
	"context"
	"sync/atomic"
	"time"

	"agents-tray/manager/spec"
)

// A service is what is wanted of one service, what has become of it, and what there is of it.
// What follows from that is derived by reconcile. All its methods run in the manager's owner.
type service struct {
	m     *Manager
	spec  spec.ServiceSpec // as it is in force
	given spec.ServiceSpec // as it was before Move

	want    bool // it should run
	byHand  bool // the user stopped it
	leaving bool // it is no longer among the services; see Apply
	outcome outcome
	problem *Problem // why it is not ready, if something is wrong

	run      *run      // nil: there is no process of it, and none is about to be
	runs     uint64    // number of its latest run
	retryAt  time.Time // when retry ends
	restarts int
	lastExit *Exit

	backoff     backoff
	retry       *time.Timer // the end of a wait before the next start; nil: it need not wait
	busySince   time.Time   // since when its port has been in use by nobody who could be seen
	byLoginPath bool        // its program was not found in our own PATH
	suspect     bool        // its last run could not bind its port, though that had looked free
	taken       Process     // that was told to have the port on the other loopback address
	appeared    int         // how often it was started since what it had failed for had appeared
	slips       int         // ends in a row for a mistake that a restart does not mend; see mistake
}

// outcome is what has become of a service that is wanted.
type outcome int

const (
	undecided outcome = iota
	completed         // it ended with status 0, and is not to be started again for that
	failed            // given up; the user decides
)

// A run is one life of a service's process, from the preparation of its start until nothing
// of it is left.
type run struct {
	number             uint64
	port               int                       // that it listens on, 0 if it is not known
	listen             string                    // the address that the guard binds for it, without a name; "": none
	needs              map[string]spec.Condition // its dependencies at its start
	stage              stage
	watched            bool               // there is no process of it; see watch
	command            string             // with addresses of others as they were at its start; see addresses
	size               int                // of its command and environment, in bytes; with largest, of that
	largest            string             // the variable that alone is too large for the system, "" if none is
	path               *string            // PATH of its env_file; nil: that has none
	cancel             context.CancelFunc // ends what is done beside the owner for this run
	pid                int
	started            time.Time   // by the guard's clock
	startedAt, readyAt time.Time   // by this process's own, which cannot be set
	ready              time.Time   // when it first answered; zero: not yet
	last               lastAnswer  // of its readiness checks
	status             string      // what it says of itself
	alive              atomic.Bool // it has said so since it was last asked; see spec.Health
	https              atomic.Bool // its page speaks HTTPS, whatever its address says
	slow               bool        // it was not ready in the time it is given
	replace            bool        // the user has asked for another
	fault              *Problem    // why it is ended though it should run
	ending             bool        // it is to end; it stays so, whatever comes
	told               bool        // the guard was told to end it
	lost               bool        // its guard is lost
}

type stage int

const (
	preparing stage = iota // its env_file is being read, or its port looked at
	ordered                // the guard was asked to start it
	running                // there is a process
	exited                 // that has ended; descendants of it may be left
)

// state derives what is shown.
func (s *service) state() State {
	r := s.run
	switch {
	case r != nil && (r.ending || s.m.shuttingDown):
		return Stopping
	case r != nil && r.stage == running && !r.ready.IsZero() && !r.lost:
		return Ready
	case r != nil && r.stage < running && !s.busySince.IsZero():
		return BackingOff // its port is looked at once more
	case r != nil && (r.stage != exited || r.lost):
		return Starting
	case s.outcome == failed:
		return Failed
	case s.outcome == completed:
		return Completed
	case !s.want || s.m.shuttingDown:
		return Stopped
	case r == nil && !s.met():
		return Waiting
	case r != nil || s.retry != nil:
		return BackingOff
	}
	return Starting
}

func (s *service) view(settled settlements) Service {
	view := Service{
		Name: s.spec.Name, Title: s.spec.Title, URL: s.spec.URL, Address: s.spec.Listen, Open: s.spec.Open, Once: s.spec.Once,
		State: s.state(), Restarts: s.restarts, ByHand: s.byHand, Leaving: s.leaving, Watched: s.spec.Watched(), LastExit: s.lastExit, Problem: s.problem,
	}
	if r := s.run; r != nil && r.stage == running && !r.lost {
		view.PID, view.Started, view.Ready, view.Status = r.pid, r.started, r.ready, r.status
		if r.https.Load() {
			view.URL = overHTTPS(view.URL) // else the browser would get nothing
		}
	}
	if view.State == BackingOff && s.retry != nil {
		view.NextTry = s.retryAt
	}
	if view.State == Waiting || view.State == BackingOff {
		view.Settled = settled.of(s).settled
	}
	if view.State == Waiting {
		for _, dep := range s.spec.Dependencies() {
			if on := s.m.byName[dep]; !on.meets(s.spec.DependsOn[dep]) {
				view.WaitsFor = on.spec.Title
				break
			}
		}
	}
	return view
}

// isReady reports whether it answers and is to go on doing so.
func (s *service) isReady() bool { return s.isUp() && !s.run.ready.IsZero() }

// isUp reports whether there is a process of it that is to go on.
func (s *service) isUp() bool {
	return s.run != nil && s.run.stage == running && !s.run.ending && !s.run.lost
}

// met reports whether what the service depends on is as it must be for a start.
func (s *service) met() bool {
	for dep, condition := range s.spec.DependsOn {
		if !s.m.byName[dep].meets(condition) {
			return false
		}
	}
	return true
}

func (s *service) meets(condition spec.Condition) bool {
	switch condition {
	case spec.ConditionCompleted:
		return s.outcome == completed
	case spec.ConditionStarted:
		return s.isUp()
	}
	return s.isReady()
}

// lost reports whether what runs because the service had reached a condition has to stop. A
// crash does not touch what needs it only started; that stops when this was asked to stop.
func (s *service) lost(condition spec.Condition) bool {
	switch condition {
	case spec.ConditionCompleted:
		return false
	case spec.ConditionStarted:
		if r := s.run; r != nil {
			return r.ending && r.fault == nil
		}
		return !s.want && s.outcome == undecided
	}
	return !s.isReady()
}

// needed reports whether something is still there that is to stop before this service.
func (s *service) needed() bool {
	for _, other := range s.m.services {
		if other.run == nil {
			continue
		}
		switch other.run.needs[s.spec.Name] {
		case spec.ConditionReady, spec.ConditionStarted:
			return true
		}
	}
	return false
}

// fail ends the attempts to run the service until the user asks for it again.
func (s *service) fail(p *Problem) {
	s.outcome, s.problem = failed, p
	s.busySince, s.suspect, s.slips = time.Time{}, false, 0
	s.m.emit(ServiceGaveUp{s.spec.Name, *p, time.Now()})
}

// dropRun forgets the run: nothing of it is left.
func (s *service) dropRun() {
	if s.run != nil {
		s.run.cancel()
		s.run = nil
	}
}

// retryAfter lets the next start wait.
func (s *service) retryAfter(wait time.Duration) {
	s.cancelRetry()
	if wait <= 0 {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		s.m.post(func() {
			if s.retry == timer {
				s.retry = nil
			}
		})
	})
	s.retry, s.retryAt = timer, time.Now().Add(wait).Round(0)
}

func (s *service) cancelRetry() {
	if s.retry != nil {
		s.retry.Stop()
		s.retry = nil
	}
}
