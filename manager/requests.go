package manager

import (
	"net"
	"strconv"
	"strings"
	"time"

	"agents-tray/manager/spec"
)

// What the user asks for changes only what is wanted, and forgets what was given up or waited
// for; reconcile does the rest.

// userStart asks for the service as if for the first time, and for what it depends on. What
// has completed already is not run again for it.
func (s *service) userStart() { s.startWith(map[*service]bool{}) }

// startWith is userStart but for the services that were asked for already: there may be very
// many ways from one to another.
func (s *service) startWith(asked map[*service]bool) {
	if asked[s] {
		return
	}
	asked[s] = true
	for dep, condition := range s.spec.DependsOn {
		if on := s.m.byName[dep]; condition != spec.ConditionCompleted || on.outcome != completed {
			on.startWith(asked)
		}
	}
	s.m.link.retry()
	if s.run == nil || s.run.stage == exited {
		s.forget()
	}
	s.want, s.byHand = true, false
}

// userStop stops the service for good, after what depends on it: that waits then.
func (s *service) userStop() {
	s.want, s.byHand = false, true
	s.forget()
	s.release() // first, so that the port is free when it has stopped
}

// userRestart stops the service and starts it again, and so what depends on it.
func (s *service) userRestart() {
	if s.run == nil || s.run.stage == exited {
		s.userStart()
		return
	}
	s.want, s.byHand = true, false
	s.forget()
	s.run.replace = true
}

// userMove changes the port in every field that names it, and starts the service with it.
// Others that name the old address get the new one, with another start where they run.
func (s *service) userMove(port int) {
	old := s.spec.Listen
	host, _, err := net.SplitHostPort(old)
	if err != nil {
		return // it has no port of its own
	}
	s.spec = moved(s.spec, old, net.JoinHostPort(host, strconv.Itoa(port)))
	for from, to := range s.m.moved {
		if to == old {
			s.m.moved[from] = s.spec.Listen
		}
	}
	s.m.moved[old] = s.spec.Listen
	delete(s.m.moved, s.spec.Listen) // it has moved back
	s.userRestart()
}

// moved is a specification with another address to listen on, in every field that names it.
func moved(s spec.ServiceSpec, from, to string) spec.ServiceSpec {
	if from == to {
		return s
	}
	s.Listen = to
	for _, field := range []*string{&s.URL, &s.Ready.HTTP, &s.Ready.TCP, &s.Health.HTTP, &s.Health.TCP} {
		*field = strings.Replace(*field, from, to, 1)
	}
	return s
}

// forget forgets earlier failures, so that the next start is as the first.
func (s *service) forget() {
	s.outcome, s.problem = undecided, nil
	s.backoff = backoff{}
	s.busySince, s.suspect, s.byLoginPath, s.slips, s.appeared = time.Time{}, false, false, 0, 0
	s.cancelRetry()
}
