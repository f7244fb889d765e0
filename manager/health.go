package manager

import (
	"context"
	"time"

	"agents-tray/manager/spec"
)

// watchHealth starts the health checks of a service that is ready, if it has any.
func (s *service) watchHealth() {
	h, r, prove := s.spec.Health, s.run, s.m.outside.proof
	q := s.question(h.Check)
	check := func(ctx context.Context) error { return prove(ctx, q) }
	switch {
	case h.Notify:
		r.alive.Store(true)
		check = func(context.Context) error {
			if r.alive.Swap(false) {
				return nil
			}
			return &Answer{Kind: AnswerNoPing, Waited: h.Interval}
		}
	case h.Check.Empty():
		return
	}
	ctx := s.beside(r)
	go func() {
		err := keepAsking(ctx, h, check)
		s.m.post(func() {
			if s.run == r && ctx.Err() == nil {
				s.onUnhealthy(err)
			}
		})
	}()
}

// onUnhealthy handles failed health checks: the process is ended, which counts as a failure.
func (s *service) onUnhealthy(err error) {
	s.run.fault = unhealthyProblem(s.spec.Title, err)
	s.problem = s.run.fault
}

// keepAsking asks at each interval, and returns the last error once so many checks in
// a row have failed, or when ctx ends.
func keepAsking(ctx context.Context, h spec.Health, ask func(context.Context) error) error {
	failures := 0
	timer := time.NewTimer(h.Interval)
	defer timer.Stop()
	for {
		before := time.Now()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		asked, cancel := context.WithTimeout(ctx, h.Timeout)
		err := ask(asked)
		cancel()
		switch {
		case err == nil || slept(before, time.Now(), h.Interval+h.Timeout):
			failures = 0
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			if failures++; failures >= h.Failures {
				return err
			}
		}
		timer.Reset(h.Interval)
	}
}

// sleepTolerance is how much longer than planned a wait may last on a busy machine.
const sleepTolerance = 5 * time.Second

// slept reports whether the computer was asleep, or this program stopped, at some time
// between two readings of the clock with that long planned between them. Asleep, either
// the wall clock goes on without the monotonic one, or both do and timers are late.
func slept(before, after time.Time, planned time.Duration) bool {
	wall, ran := after.Round(0).Sub(before.Round(0)), after.Sub(before)
	return max(wall, ran) > planned+sleepTolerance
}
