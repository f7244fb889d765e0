package manager

import (
	"context"
	"slices"

	"agents-tray/manager/spec"
)

// StartAll starts every service but those in except, which count as stopped by hand,
// and returns when all are ready or one that is not optional has failed: then with its
// *Problem. The others go on. What waits for a service that was stopped by hand is not
// waited for.
func (m *Manager) StartAll(ctx context.Context, except ...string) error {
	changed := m.Watch()
	defer m.Unwatch(changed)
	err := m.ask(func() error {
		if err := m.checkGraph(); err != nil {
			return err
		}
		for _, s := range m.services {
			if s.spec.Once {
				continue
			}
			s.byHand = slices.Contains(except, s.spec.Name)
			s.want = !s.byHand
		}
		m.advanceAll()
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
		for _, s := range m.services {
			if s.spec.Optional {
				continue
			}
			culprit, settled := s.outcome()
			if culprit != nil {
				return culprit.problem
			}
			up = up && settled
		}
		return nil
	})
	return up && err == nil, err
}

// outcome reports the result of the service's start: settled, if its state will not change
// by itself, and culprit, the service that has failed: this one, or one that it waits for.
func (s *service) outcome() (culprit *service, settled bool) {
	switch s.state {
	case Failed:
		return s, true
	case Ready, Completed:
		return nil, true
	case Stopped:
		return nil, !s.want
	case Waiting:
		settled := false
		for dep, condition := range s.spec.DependsOn {
			on := s.m.byName[dep]
			if on.meets(condition) {
				continue
			}
			culprit, done := on.outcome()
			if culprit != nil {
				return culprit, true
			}
			settled = settled || done && on.state != Ready // that may yet complete
		}
		return nil, settled
	}
	return nil, false
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
