package manager

import (
	"reflect"
	"slices"

	"agents-tray/manager/spec"
)

// Changes are what Apply has changed, by the names of services.
type Changes struct {
	Added, Removed, Changed []string
	// Restarted are those of Changed that could not go on as they were.
	Restarted []string
}

var errSingleRun = spec.Wrong(spec.SingleRun)

// Apply makes specs the services that there are, in their order: it adds and starts what is
// new, stops what is not among them and then forgets it, and restarts what has changed, if it
// runs or is to run. What differs only in how it is shown, or in what follows an end, goes on
// running. Single runs stay, and a service that Move has moved stays there, unless its Listen
// has changed. With start false, what is new is not started.
//
// It returns when the request is taken. The error, *spec.Errors joined, says what is wrong with
// specs; then nothing has changed.
func (m *Manager) Apply(specs []spec.ServiceSpec, start bool) (changes Changes, err error) {
	if err := spec.ValidateAll(specs); err != nil {
		return Changes{}, err
	}
	err = m.ask(func() error {
		if m.shuttingDown {
			return ErrShutDown
		}
		for _, next := range specs {
			if s := m.byName[next.Name]; s != nil && s.spec.Once && s.run != nil {
				return &spec.Error{Service: next.Name, Field: "name", Err: errSingleRun}
			}
		}
		changes = m.apply(specs, start)
		return nil
	})
	return changes, err
}

func (m *Manager) apply(specs []spec.ServiceSpec, start bool) (changes Changes) {
	before := m.services
	m.services = nil
	wanted := map[string]bool{}
	for _, next := range specs {
		wanted[next.Name] = true
		s := m.byName[next.Name]
		if s == nil || s.spec.Once || s.leaving && s.run == nil {
			s = &service{m: m, spec: next.WithDefaults(), given: next.WithDefaults(), want: start}
			m.byName[next.Name] = s
			changes.Added = append(changes.Added, next.Name)
		} else if s.leaving {
			s.leaving, s.want = false, start
			s.become(next.WithDefaults())
			changes.Added = append(changes.Added, next.Name)
		} else if restarted, changed := s.become(next.WithDefaults()); changed {
			changes.Changed = append(changes.Changed, next.Name)
			if restarted {
				changes.Restarted = append(changes.Restarted, next.Name)
			}
		}
		m.services = append(m.services, s)
	}
	for _, s := range before {
		if wanted[s.spec.Name] {
			continue
		}
		if !s.spec.Once && !s.leaving {
			s.leave()
			changes.Removed = append(changes.Removed, s.spec.Name)
		}
		m.services = append(m.services, s)
	}
	m.checked = true
	if start && len(changes.Added) > 0 || len(changes.Restarted) > 0 {
		m.link.retry()
	}
	for _, s := range m.services { // what others have been moved to, or no longer are
		if r := s.run; r != nil && r.stage != preparing && r.command != s.addresses() {
			r.replace = true
		}
	}
	return changes
}

// become gives the service another specification. It reports whether that differs, and
// whether a process of the old one cannot go on.
func (s *service) become(next spec.ServiceSpec) (restart, changed bool) {
	before := s.given
	s.given = next
	if reflect.DeepEqual(before, next) {
		return false, false
	}
	if next.Listen == before.Listen {
		next = moved(next, before.Listen, s.spec.Listen)
	} else {
		s.moveBack()
		s.release() // first, so that the port is free when it has stopped
		s.taken = Process{}
	}
	s.spec = next
	if reflect.DeepEqual(ofProcess(before), ofProcess(next)) {
		return false, true
	}
	s.forget()
	if s.run != nil {
		s.run.replace = true
	}
	return s.want, true
}

// ofProcess is the part of a specification that a running process depends on.
func ofProcess(s spec.ServiceSpec) spec.ServiceSpec {
	s.Title, s.URL, s.Open, s.Optional, s.Restart, s.StopTimeout = "", "", false, false, spec.Restart{}, 0
	return s
}

// leave stops the service for good; with the end of its run it is forgotten.
func (s *service) leave() {
	s.leaving, s.want = true, false
	s.forget()
	s.moveBack()
	s.release()
}

// moveBack forgets that the service was moved to another port.
func (s *service) moveBack() {
	for from, to := range s.m.moved {
		if to == s.spec.Listen {
			delete(s.m.moved, from)
		}
	}
}

// forgetLeft forgets the services that are gone for good.
func (m *Manager) forgetLeft() {
	m.services = slices.DeleteFunc(m.services, func(s *service) bool {
		gone := s.leaving && s.run == nil
		if gone {
			delete(m.byName, s.spec.Name)
		}
		return gone
	})
}

// awaitsPort reports whether another service, which is to end, still has the port that this
// one is to listen on.
func (s *service) awaitsPort() bool {
	port := s.port()
	return port != 0 && slices.ContainsFunc(s.m.services, func(other *service) bool {
		r := other.run
		return other != s && r != nil && r.port == port && (r.ending || other.mustEnd())
	})
}

// port is the port that the service listens on, 0 if it is not known.
func (s *service) port() int {
	_, address := s.spec.OwnAddress()
	return spec.Port(address)
}
