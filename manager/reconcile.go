package manager

import (
	"time"

	"agents-tray/manager/guard"
)

// reconcile does what follows from the present state: what is wanted, what is there, and what
// depends on what. It looks at the state alone and never at what has happened, so that no
// event that was missed, came late or came twice can leave a service in between.
func (m *Manager) reconcile() {
	for again := true; again; {
		again = false
		for _, s := range m.services {
			again = s.step() || again
		}
	}
	m.forgetLeft()
}

// step takes the next step that follows from the state, and reports whether there was one.
func (s *service) step() bool {
	r := s.run
	switch {
	case r == nil && s.want && s.outcome == undecided && s.m.link.state == linkFailed && !s.m.shuttingDown:
		s.fail(s.m.link.problem)
	case r == nil && s.mayStart():
		s.start()
	case r == nil:
		return false
	case !r.ending && s.mustEnd():
		r.ending = true
		r.cancel()
	case r.ending && (r.stage == preparing || r.watched):
		s.dropRun() // there is no process
		s.hasEnded()
	case r.ending && !r.told && !r.lost && r.stage != exited && !s.m.shuttingDown && (r.fault != nil || !s.needed()):
		r.told = true
		s.m.link.send(guard.Request{Stop: &guard.Stop{Service: s.spec.Name, Run: r.number, Grace: s.spec.StopTimeout}})
		// A stop is answered by the end, for which there is no limit. This is answered at once:
		// a guard that is stopped or stuck is missed by it.
		s.m.link.send(guard.Request{Members: &guard.MembersRequest{Service: s.spec.Name, Run: r.number}})
	default:
		return false
	}
	return true
}

// mayStart reports whether a run is to begin now.
func (s *service) mayStart() bool {
	return s.want && s.outcome == undecided && s.retry == nil && !s.m.shuttingDown && s.m.link.up() && s.met() && !s.awaitsPort()
}

// mustEnd reports whether the run has no reason to go on.
func (s *service) mustEnd() bool {
	r := s.run
	switch {
	case !s.want || s.m.shuttingDown:
		return true
	case r.stage == exited || r.lost:
		return false // it has ended already
	case r.replace || r.fault != nil:
		return true
	}
	if r.stage != preparing && len(s.m.moved) > 0 && r.command != s.addresses() {
		return true // another service has moved
	}
	for dep, condition := range s.spec.DependsOn {
		if s.m.byName[dep].lost(condition) {
			return true
		}
	}
	return false
}

// hasEnded follows the end of a run of which nothing is left.
func (s *service) hasEnded() {
	if s.want && !s.m.shuttingDown {
		if s.outcome == failed {
			s.release()
		}
		return
	}
	s.m.emit(ServiceStopped{s.spec.Name, time.Now()})
	s.release()
}

// release closes the socket that the guard holds for the service, so that connections are
// refused while it does not run.
func (s *service) release() {
	if s.spec.Listen != "" && s.m.link.up() {
		s.m.link.send(guard.Request{Release: &guard.Release{Service: s.spec.Name}})
	}
}
