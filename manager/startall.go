package manager

import (
	"context"
	"slices"
	"time"

	"agents-tray/manager/spec"
)

// StartAll starts every service but those in except, which count as stopped by hand unless
// they were started by name, and returns when the start of each is settled, or one that is not
// optional has failed: then with its *Problem. The others go on. A start is settled when the
// service is ready, is still starting after the time that it is given for that, or has failed
// for long and is tried again all the same. What waits for a service that was stopped by hand, is
// slow or fails for long is not waited for.
func (m *Manager) StartAll(ctx context.Context, except ...string) error {
	changed, stop := m.Watch()
	defer stop()
	err := m.ask(func() error {
		if err := m.checkGraph(); err != nil {
			return err
		}
		for _, s := range m.services {
			switch {
			case s.spec.Once || s.leaving || s.want && s.outcome == undecided: // it is seen to already
			case slices.Contains(except, s.spec.Name) && !s.want:
				s.byHand = true
			default:
				s.m.link.retry()
				s.forget()
				s.want, s.byHand = true, false
			}
		}
		return nil
	})
	for err == nil {
		if up, problem := m.started(); problem != nil {
			return problem
		} else if up {
			return nil
		}
		select {
		case <-changed:
		case <-m.done:
			return ErrShutDown
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// started reports whether the start of every service is settled, or the first problem.
func (m *Manager) started() (up bool, problem error) {
	err := m.ask(func() error {
		if m.shuttingDown {
			return ErrShutDown
		}
		up = true
		settled := settlements{}
		for _, s := range m.services {
			if s.spec.Optional || s.leaving {
				continue
			}
			start := settled.of(s)
			if start.culprit != nil {
				return start.culprit.problem
			}
			up = up && start.settled
		}
		return nil
	})
	return up && err == nil, err
}

// A settlement says whether nothing more comes of a service's start for now, and which service's
// failure that is: its own, or that of one that it waits for; nil if it is no failure.
type settlement struct {
	culprit *service
	settled bool
}

// longFailing is for how long a service must have failed, and not been given up, for nobody to
// wait for its start any more: its file may say that it never is.
const longFailing = 90 * time.Second

// settlements are those of services at one moment. Each is found out once: there may be very
// many ways from one service to another.
type settlements map[*service]settlement

func (known settlements) of(s *service) settlement {
	found, done := known[s]
	if !done {
		found = known.find(s)
		known[s] = found
	}
	return found
}

func (known settlements) find(s *service) settlement {
	switch s.state() {
	case Failed:
		return settlement{s, true}
	case Ready, Completed:
		return settlement{nil, true}
	case Stopped:
		return settlement{nil, !s.want}
	case Starting:
		return settlement{nil, s.run != nil && s.run.slow}
	case BackingOff:
		return settlement{nil, s.backoff.failingFor(time.Now()) >= longFailing}
	case Waiting:
		settled := false
		for dep, condition := range s.spec.DependsOn {
			on := s.m.byName[dep]
			if on.meets(condition) {
				continue
			}
			its := known.of(on)
			if its.culprit != nil {
				return settlement{its.culprit, true}
			}
			settled = settled || its.settled && on.state() != Ready // that may yet complete
		}
		return settlement{nil, settled}
	}
	return settlement{}
}

// checkGraph returns an error if the dependencies of all services cannot be met.
func (m *Manager) checkGraph() error {
	if m.checked {
		return nil
	}
	specs := make([]spec.ServiceSpec, len(m.services))
	for i, s := range m.services {
		specs[i] = s.spec
	}
	err := spec.CheckDependencies(specs)
	m.checked = err == nil
	return err
}
