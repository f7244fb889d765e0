package manager

import (
	"context"
	"net/netip"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/inspect"
	"agents-tray/manager/logs"
	"agents-tray/manager/spec"
)

// A question is whether a run of a service answers a check.
type question struct {
	spec    spec.ServiceSpec
	check   spec.Check
	pid     int
	members func(context.Context) (guard.Members, error) // asks the guard for the run's processes
	https   *atomic.Bool                                 // set when the page speaks HTTPS, whatever its address says
}

// A lastAnswer is the error of the latest try of a readiness probe, for whoever wants to tell
// why it takes so long.
type lastAnswer struct{ err atomic.Pointer[error] }

func (l *lastAnswer) set(err error) { l.err.Store(&err) }

func (l *lastAnswer) get() error {
	if err := l.err.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *service) question(check spec.Check) question {
	r := s.run
	return question{s.spec, check, r.pid, func(ctx context.Context) (guard.Members, error) {
		return s.m.members(ctx, s.spec.Name, r.number)
	}, &r.https}
}

// awaitProof waits, beside the owner, for the proof that a process answers which was started
// at that time. How long that takes decides nothing: past its time the user is told, and the
// wait goes on.
func (s *service) awaitProof(at time.Time) {
	ready, r := s.spec.Ready, s.run
	if ready.Check.Empty() && ready.Log == "" && !ready.Notify {
		s.onReady(at)
		return
	}
	ctx := s.beside(r)
	late := time.AfterFunc(ready.Timeout, func() {
		s.m.post(func() {
			if s.run == r && ctx.Err() == nil {
				s.examineSlowness(ctx)
			}
		})
	})
	context.AfterFunc(ctx, func() { late.Stop() })
	if ready.Check.Empty() {
		return // its output or its notifications tell
	}
	q, prove := s.question(ready.Check), s.m.outside.proof
	go func() {
		if awaitReady(ctx, &r.last, func(ctx context.Context) error { return prove(ctx, q) }) != nil {
			return // its end, or that of the manager
		}
		now := time.Now()
		s.m.post(func() {
			if s.run == r && ctx.Err() == nil {
				s.onReady(now)
			}
		})
	}()
}

// onReady handles the proof that it answers.
func (s *service) onReady(at time.Time) {
	r := s.run
	r.cancel()
	r.ready, r.readyAt, r.slow = at, time.Now(), false
	s.problem = nil
	s.m.emit(ServiceReady{s.spec.Name, r.pid, at})
	s.watchHealth()
}

// onNotice handles what the process has reported about itself: its status, a ready line,
// a watchdog ping. The guard may have merged several reports into one.
func (s *service) onNotice(n *guard.Notice) {
	r := s.run
	if n.Status != "" {
		r.status = n.Status
	}
	if n.Alive {
		r.alive.Store(true)
	}
	if r.stage != running || r.ending {
		return // whatever it says
	}
	switch {
	case r.ready.IsZero() && (n.Line != "" || n.Ready && s.spec.Ready.Notify):
		s.onReady(time.Now())
	case !r.ready.IsZero() && n.Failing && s.spec.Health.Notify:
		s.onUnhealthy(&Answer{Kind: AnswerTrigger})
	}
	if n.Stopping && !r.ready.IsZero() { // from now on silence is no failure
		r.cancel()
	}
}

const (
	// examineTime bounds a look at a service that is slow.
	examineTime = 3 * time.Second
	// examineAgain is the wait before the next: what keeps it from being ready may be another
	// thing by then.
	examineAgain = 3 * time.Second
)

// examineSlowness finds out, beside the owner, what there is to tell of a service that is not
// ready in its time, tells it, and goes on to tell what has become of that until ctx ends. The
// wait for the service goes on.
func (s *service) examineSlowness(ctx context.Context) {
	r, q, path := s.run, s.question(s.spec.Ready.Check), s.log()
	go func() {
		for told := (*Problem)(nil); ctx.Err() == nil; {
			look, cancel := context.WithTimeout(ctx, examineTime)
			p := slowness(look, q, r.last.get())
			cancel()
			if told == nil || !reflect.DeepEqual(p, told) {
				told = p
				withLines := *p
				withLines.Lines = printedSinceStart(path)
				s.m.post(func() {
					if s.run == r && r.stage == running && r.ready.IsZero() && !r.ending {
						r.slow, s.problem = true, &withLines
					}
				})
			}
			if q.check.Empty() {
				return // it is told what is waited for, which stays so
			}
			select {
			case <-ctx.Done():
			case <-time.After(examineAgain):
			}
		}
	}()
}

// slowness is the problem, without the lines, of a service that is not ready in its time. err
// is what the last check got.
func slowness(ctx context.Context, q question, err error) *Problem {
	if q.check.Empty() {
		return stillStartingProblem(q.spec, err)
	}
	field, wanted := q.spec.OwnAddress()
	if wanted != "" {
		members, asked := q.members(ctx)
		if seen := elsewhere(q.spec, wanted, members); asked == nil && len(seen) > 0 {
			return elsewhereProblem(q.spec, field, wanted, seen)
		}
	}
	return stillStartingProblem(q.spec, err)
}

// elsewhere returns the addresses that a run listens at if its own address is none of them. The
// socket that was handed over does not count where connections wait in it: then another one is
// served.
func elsewhere(s spec.ServiceSpec, wanted string, members guard.Members) (seen []string) {
	for _, has := range inspect.Listening(members.PIDs) {
		if inspect.Covered(wanted, []netip.AddrPort{has}) {
			if s.Listen == "" || members.Waiting == 0 {
				return nil
			}
			continue
		}
		seen = append(seen, has.String())
	}
	return seen
}

// printedSinceStart returns the last lines of a log that the present run has printed.
func printedSinceStart(path string) (printed []string) {
	if path == "" {
		return nil
	}
	lines, _ := logs.Tail(path, 2*shownLines) // without the lines it is told, too
	for _, line := range lines {
		switch {
		case line.Stream != logs.Sys:
			printed = append(printed, logs.Plain(line.Text))
		case strings.HasPrefix(line.Text, logs.Started):
			printed = nil // that was an earlier run
		}
	}
	return shorten(printed[max(0, len(printed)-shownLines):])
}

// shownLines is how many of a service's last lines are told with it being slow.
const shownLines = 10
