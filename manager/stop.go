package manager

import (
	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// userStart starts the service as if for the first time, and what it depends on. What
// has completed already is not run again for it.
func (s *service) userStart() {
	for dep, condition := range s.spec.DependsOn {
		if on := s.m.byName[dep]; condition != spec.ConditionCompleted || on.state != Completed {
			on.userStart()
		}
	}
	s.want, s.byHand = true, false
	if s.state.Idle() {
		s.state, s.problem = Stopped, nil
	}
	if s.state == BackingOff || s.state == Stopped {
		s.backoff = backoff{}
		s.cancelTimer()
	}
	s.advance()
}

// userStop stops the service for good, after what depends on it: that waits then.
func (s *service) userStop() {
	s.want, s.byHand = false, true
	s.cancelTimer()
	s.backoff = backoff{}
	s.problem = nil
	s.release() // first, so that the port is free when it has stopped
	if s.present {
		s.stopInOrder()
		return
	}
	s.state = Stopped
	s.suspendDependents()
}

// userRestart stops the service and starts it again, and so what depends on it.
func (s *service) userRestart() {
	if !s.present {
		s.userStart()
		return
	}
	s.want, s.byHand, s.problem, s.backoff = true, false, nil, backoff{}
	s.cancelTimer()
	s.stopInOrder()
}

// stopInOrder stops the process after the services that depend on it.
func (s *service) stopInOrder() {
	s.cancelProbe()
	s.state = Stopping
	s.suspendDependents()
	s.stopWhenFree()
}

// suspendDependents stops what cannot run without this service. It goes on to be
// wanted, so it comes back with this one.
func (s *service) suspendDependents() {
	for _, other := range s.m.services {
		switch other.spec.DependsOn[s.spec.Name] {
		case spec.ConditionReady, spec.ConditionStarted:
			other.suspend()
		}
	}
}

// suspend stops the service until what it depends on is there again.
func (s *service) suspend() {
	s.cancelTimer()
	if s.present && s.state != Stopping {
		s.stopInOrder()
	} else if s.state == BackingOff {
		s.advance()
	}
}

// stopWhenFree tells the guard to stop the process, or waits for dependents to be gone.
func (s *service) stopWhenFree() {
	for _, other := range s.m.services {
		switch other.spec.DependsOn[s.spec.Name] {
		case spec.ConditionReady, spec.ConditionStarted:
			if other.present {
				s.blocked = true
				return
			}
		}
	}
	s.blocked = false
	s.sendStop()
}

// shutDown is userStop when the guard stops everything in its own order.
func (s *service) shutDown() {
	s.want = false
	s.cancelTimer()
	s.cancelProbe()
	switch {
	case s.present:
		s.state = Stopping
	case !s.state.Idle():
		s.state = Stopped
	}
}

// end stops a process that failed a check; that counts as a failure.
func (s *service) end(why *Problem) {
	s.fault, s.problem = why, why
	s.lost()
	s.sendStop()
}

// lost suspends the services that need this one to be ready.
func (s *service) lost() {
	for _, other := range s.m.services {
		if other.spec.DependsOn[s.spec.Name] == spec.ConditionReady {
			other.suspend()
		}
	}
}

func (s *service) sendStop() {
	s.m.link.send(guard.Request{Stop: &guard.Stop{Service: s.spec.Name, Run: s.run, Grace: s.spec.StopTimeout}})
}

// release closes the socket that the guard holds for the service, so that connections are
// refused while it does not run.
func (s *service) release() {
	s.m.link.send(guard.Request{Release: &guard.Release{Service: s.spec.Name}})
}
