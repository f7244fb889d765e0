package manager

import (
	"errors"
	"fmt"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/spec"
)

// A link is the connection to the guard. It launches one, and replaces one that is lost. Its
// methods run in the manager's owner.
type link struct {
	m       *Manager
	state   linkState
	client  guardProcess       // in linked and leaving
	events  <-chan guard.Event // of client
	losses  backoff
	since   time.Time     // when client was launched
	problem *Problem      // in linkFailed
	grace   time.Duration // of the shutdown
	timer   *time.Timer   // ends a guard that does not end by itself, or launches the next one
	unswept bool          // an earlier guard has left something that may still run
	stuckAt string        // the service that the last guard was starting when it was stuck, "" if it was not
}

type linkState int

const (
	launching  linkState = iota // a guard is being launched
	linked                      // requests are accepted
	leaving                     // the guard has said that it ends, unasked
	recovering                  // what a lost guard left is being ended
	pausing                     // until the next launch
	linkFailed                  // no guard stays up; the user decides
)

// guardPolicy is the restart policy of the guard itself.
var guardPolicy = spec.Restart{
	Delay: 100 * time.Millisecond, MaxDelay: 5 * time.Second,
	GiveUp: 6, Window: time.Minute, GoodRun: 10 * time.Second,
}

// launchPolicy is that of a guard that the system does not start, for want of processes or
// memory, which may pass: it is given up after about a minute.
var launchPolicy = spec.Restart{Delay: 100 * time.Millisecond, MaxDelay: 5 * time.Second, GoodRun: 10 * time.Second}

// Deadlines of a shutdown; see guard.Patience.
const (
	// hurryTime is what a guard has when somebody does not want to wait: what it leaves is
	// swept then.
	hurryTime = time.Second
	// sweepTime is for what a guard has left that did not answer.
	sweepTime = proctree.KillTimeout + 2*time.Second
)

// up reports whether the guard takes requests.
func (l *link) up() bool { return l.state == linked }

// launch launches a guard, beside the owner.
func (l *link) launch() {
	l.state = launching
	go func() {
		client, err := l.m.outside.launch()
		l.m.post(func() { l.launched(client, err) })
	}()
}

func (l *link) launched(client guardProcess, err error) {
	l.since = time.Now()
	if client == nil {
		l.replace(launchPolicy, err)
		return
	}
	l.state, l.client, l.events = linked, client, client.Events()
	if l.m.shuttingDown {
		l.shutdown(l.grace)
	}
}

// send sends a request to the guard. The error is ignored: if it cannot be written, the
// guard is gone, and its end arrives as the end of its events.
func (l *link) send(r guard.Request) {
	if l.client != nil {
		_ = l.client.Send(r)
	}
}

// pid is the guard's process id, 0 without one.
func (l *link) pid() int {
	if l.client == nil {
		return 0
	}
	return l.client.PID()
}

// shutdown ends the guard with everything below it. A second call may shorten the grace.
func (l *link) shutdown(grace time.Duration) {
	l.grace = grace
	switch l.state {
	case launching, recovering: // their end is the end
	case pausing, linkFailed:
		l.stopTimer()
		l.sweepLast(nil)
		return
	default:
		l.send(guard.Request{Shutdown: &guard.Shutdown{Grace: grace}})
		// The guard kills at the deadline; one that is stopped or stuck cannot.
		patience := guard.Patience(grace)
		if grace == 0 {
			patience = hurryTime
		}
		l.setTimer(patience, l.client.Kill)
	}
	end := guard.Patience(grace) + sweepTime
	if by := time.Now().Add(end); l.m.endsBy.IsZero() || by.Before(l.m.endsBy) {
		l.m.endsBy = by
	}
	time.AfterFunc(end, func() {
		l.m.post(func() { l.m.finish(errNotConfirmed) })
	})
}

var errNotConfirmed = errors.New("whether everything has ended could not be seen in time")

func (l *link) setTimer(wait time.Duration, then func()) {
	l.stopTimer()
	l.timer = time.AfterFunc(wait, then)
}

func (l *link) stopTimer() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// sweepLast ends the owner, with err. If an earlier guard has left something, it is looked
// first whether that still runs.
func (l *link) sweepLast(err error) {
	if !l.unswept {
		l.m.finish(err)
		return
	}
	l.state = recovering
	go func() {
		left := l.m.outside.sweep()
		l.m.post(func() { l.m.finish(left) })
	}()
}

// handle passes an event of the guard to the service it concerns.
func (m *Manager) handle(e guard.Event) {
	find := func(name string, run uint64) *service {
		if s := m.byName[name]; s != nil && s.run != nil && s.run.number == run {
			return s
		}
		return nil // of an earlier run
	}
	switch {
	case e.Started != nil:
		if s := find(e.Started.Service, e.Started.Run); s != nil {
			s.onStarted(e.Started)
		}
	case e.Refused != nil:
		if s := find(e.Refused.Service, e.Refused.Run); s != nil {
			s.onRefused(e.Refused)
		}
	case e.Exited != nil:
		if s := find(e.Exited.Service, e.Exited.Run); s != nil {
			s.onExited(e.Exited)
		}
	case e.Gone != nil:
		if err := e.Gone.Err(); err != nil {
			m.emit(ProcessesLeft{e.Gone.Service, err, time.Now()})
		}
		if s := find(e.Gone.Service, e.Gone.Run); s != nil {
			s.onGone()
		}
	case e.Notice != nil:
		if s := find(e.Notice.Service, e.Notice.Run); s != nil {
			s.onNotice(e.Notice)
		}
	case e.Members != nil:
		m.onMembers(e.Members)
	case e.Left != nil:
		if m.shuttingDown && !m.link.unswept {
			m.link.stopTimer()
			m.finish(nil) // see Close
		}
	case e.Leaving != nil:
		if m.link.state == linked && !m.shuttingDown {
			m.link.state = leaving
		}
	case e.Fault != nil:
		m.emit(GuardFault{errors.New(e.Fault.Error), time.Now()})
	}
}

// guardEnded handles the end of the guard: its events have ended.
func (m *Manager) guardEnded() {
	l := &m.link
	err := l.client.Err()
	l.stopTimer()
	l.client, l.events, l.state = nil, nil, recovering
	for _, waiting := range m.memberRequests {
		waiting.answer <- guard.Members{}
	}
	m.memberRequests = nil
	for _, s := range m.services {
		s.onGuardLost()
	}
	l.blame(err)
	if _, told := errors.AsType[*proctree.LeftError](err); m.shuttingDown && (err == nil || told) {
		l.sweepLast(err)
		return
	}
	if err == nil {
		err = errors.New("it was told to, by another program")
	}
	if !m.shuttingDown {
		m.emit(GuardLost{fmt.Errorf("the guard ended: %w", err), time.Now()})
	}
	// The guard may not have confirmed that everything is gone: end what it left.
	go func() {
		sweepErr := m.outside.sweep()
		m.post(func() {
			l.unswept = sweepErr != nil
			if m.shuttingDown {
				m.finish(sweepErr)
				return
			}
			for _, s := range m.services {
				s.onGone()
			}
			if l.unswept {
				m.emit(ProcessesLeft{Err: sweepErr, At: time.Now()})
			}
			l.replace(guardPolicy, err)
		})
	}()
}

// blame fails the service of which the start has got two guards in a row stuck, as when its
// program is on a drive that does not answer: else no service would run for longer than it takes
// to notice that. Once it may have been the guard's own fault.
func (l *link) blame(err error) {
	before := l.stuckAt
	l.stuckAt = ""
	stuck, ok := errors.AsType[*guard.StuckError](err)
	if !ok || l.m.shuttingDown {
		return
	}
	l.stuckAt = stuck.Service
	if s := l.m.byName[stuck.Service]; s != nil && s.want && stuck.Service == before {
		s.fail(&Problem{Kind: PathHangs, Title: s.spec.Title, Path: s.spec.Program(), Waited: guard.StuckTime})
	}
}

// replace launches another guard as the policy says, or gives up; then every service fails.
func (l *link) replace(policy spec.Restart, err error) {
	now := time.Now()
	wait, again := l.losses.next(policy, now, now.Sub(l.since))
	switch {
	case l.m.shuttingDown:
		l.sweepLast(nil)
	case !again:
		l.state, l.problem = linkFailed, guardProblem(err)
		if policy == launchPolicy {
			l.problem.Waited = l.losses.failingFor(now)
		}
	default:
		if policy == launchPolicy {
			l.m.cannotForkYet(err)
		}
		l.state = pausing
		l.setTimer(wait, func() {
			l.m.post(func() {
				if l.state == pausing && !l.m.shuttingDown {
					l.launch()
				}
			})
		})
	}
}

// cannotForkYet tells of the services that wait for a guard why they do.
func (m *Manager) cannotForkYet(err error) {
	for _, s := range m.services {
		if s.run == nil && s.want && s.outcome == undecided {
			s.problem = cannotForkProblem(s.spec.Title, err.Error())
		}
	}
}

// retry launches a guard after all, because the user asks for a service. What has failed for
// want of a guard is started again with it.
func (l *link) retry() {
	if l.state != linkFailed {
		return
	}
	for _, s := range l.m.services {
		if s.problem == l.problem {
			s.outcome, s.problem = undecided, nil
		}
	}
	l.problem, l.losses = nil, backoff{}
	l.launch()
}
