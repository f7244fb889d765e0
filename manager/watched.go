package manager

import (
	"context"
	"time"

	"agents-tray/manager/spec"
)

// watch begins a run of a service that is only watched: there is no process, and the guard
// knows nothing of it. Its health check is asked at once and then at each interval, beside the
// owner, until the run ends.
func (s *service) watch() {
	now := time.Now()
	r := &run{number: s.runs, watched: true, stage: running, command: s.addresses(), needs: s.spec.DependsOn, started: now, startedAt: now}
	s.run = r
	ctx, q, prove := s.beside(r), question{spec: s.spec, check: s.spec.Health.Check, https: &r.https}, s.m.outside.proof
	ask := func(ctx context.Context) error { return prove(ctx, q) }
	go askOn(ctx, s.spec.Health, ask, func(err error) {
		s.m.post(func() {
			if s.run == r && ctx.Err() == nil {
				s.onAnswer(err)
			}
		})
	})
}

// askOn asks until ctx ends. It calls changed with the first answer, with the error of the last
// of so many checks in a row that have failed, and with nil when one succeeds after that.
func askOn(ctx context.Context, h spec.Health, ask func(context.Context) error, changed func(error)) {
	up, known, failures := false, false, 0
	for ctx.Err() == nil {
		before := time.Now()
		asked, cancel := context.WithTimeout(ctx, h.Timeout)
		err := ask(asked)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			failures = 0
		case !slept(before, time.Now(), h.Timeout):
			failures++
		}
		if now := err == nil; !known || now && !up || !now && up && failures >= h.Failures {
			up, known = now, true
			changed(err)
		}
		select {
		case <-time.After(h.Interval):
		case <-ctx.Done():
		}
	}
}

// onAnswer handles that a service which is only watched answers, or no longer does.
func (s *service) onAnswer(err error) {
	r, now := s.run, time.Now()
	if err == nil {
		r.ready, r.readyAt, r.slow = now, now, false
		s.problem = nil
		s.m.emit(ServiceReady{s.spec.Name, 0, now})
		return
	}
	lost := !r.ready.IsZero()
	r.ready, r.slow = time.Time{}, true // nobody waits for it
	s.problem = notAnsweringProblem(s.spec, err)
	if lost {
		s.m.emit(ServiceLost{s.spec.Name, *s.problem, now})
	}
}
