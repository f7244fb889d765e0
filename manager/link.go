package manager

import (
	"errors"
	"fmt"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/spec"
)

// A link is the connection to the guard. It launches one, and replaces one that dies. Its
// methods run in the manager's owner.
type link struct {
	m          *Manager
	client     *guard.Client
	events     <-chan guard.Event // nil while there is no guard
	up         bool               // requests are accepted
	pid        int
	losses     backoff
	since      time.Time
	closing    bool
	recovering bool        // the processes that a dead guard left are being ended
	watch      *time.Timer // ends a guard that does not end by itself
	ending     string      // the signal that has ended the guard, empty if none has
	unswept    bool        // an earlier guard has left something that may still run
}

// guardPolicy is the restart policy of the guard itself.
var guardPolicy = spec.Restart{
	Delay: 100 * time.Millisecond, MaxDelay: 5 * time.Second,
	GiveUp: 6, Window: time.Minute, GoodRun: 10 * time.Second,
}

// launch starts a guard.
func (l *link) launch(m *Manager) {
	l.m = m
	client, err := guard.Launch(m.options.Guard, guard.Hello{
		Grace: Grace, Log: m.options.GuardLog, ExitReport: m.options.ExitReport, Remove: m.options.Remove,
		Journals: m.options.Journals,
	})
	if client == nil {
		l.replace(err)
		return
	}
	l.client, l.events, l.pid, l.up, l.since = client, client.Events(), client.PID(), true, time.Now()
}

// send sends a request to the guard. The error is ignored: if it cannot be written, the
// guard is gone, and its end arrives as the end of its events.
func (l *link) send(r guard.Request) {
	if l.client != nil && l.up {
		_ = l.client.Send(r)
	}
}

// shutdown ends the guard with everything below it.
func (l *link) shutdown(grace time.Duration) {
	l.closing = true
	if l.client == nil {
		if !l.recovering { // else its end is the end
			l.sweepLast(nil)
		}
		return
	}
	l.send(guard.Request{Shutdown: &guard.Shutdown{Grace: grace}})
	// The guard kills at the deadline; one that is stopped or stuck cannot.
	if l.watch != nil {
		l.watch.Stop()
	}
	l.watch = time.AfterFunc(guard.Patience(grace), l.client.Kill)
}

// sweep ends what guards of this session have left.
func (l *link) sweep() error {
	options := l.m.options
	_, err := proctree.Sweep(options.Guard.Mark, proctree.JournalsOf(options.Journals, options.Guard.Mark), 0)
	return err
}

// sweepLast ends the owner, with err. If an earlier guard has left something, it is looked
// first whether that still runs.
func (l *link) sweepLast(err error) {
	if !l.unswept {
		l.m.finish(err)
		return
	}
	go func() {
		left := l.sweep()
		l.m.post(func() { l.m.finish(errors.Join(err, left)) })
	}()
}

// handle passes an event of the guard to the service it concerns.
func (m *Manager) handle(e guard.Event) {
	find := func(name string, run uint64) *service {
		if s := m.byName[name]; s != nil && s.run == run && s.present {
			return s
		}
		return nil // of an earlier run
	}
	if m.link.ending != "" && (e.Exited != nil || e.Gone != nil) {
		return // the guard was told to end: what it stops is started again by the next one
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
	case e.Leaving != nil && !m.link.closing:
		m.link.ending = e.Leaving.Signal
	case e.Notice != nil:
		if s := find(e.Notice.Service, e.Notice.Run); s != nil {
			s.onNotice(e.Notice)
		}
	case e.Members != nil:
		m.onMembers(e.Members)
	case e.Fault != nil:
		m.emit(GuardFault{errors.New(e.Fault.Error), time.Now()})
	}
}

// guardEnded handles the end of the guard: its events have ended.
func (m *Manager) guardEnded() {
	l := &m.link
	err := l.client.Err()
	var left *proctree.LeftError
	told := errors.As(err, &left)
	if l.ending != "" && err == nil {
		err = fmt.Errorf("stopped by %s", l.ending)
	}
	l.ending = ""
	if l.watch != nil {
		l.watch.Stop()
	}
	l.client, l.events, l.up, l.pid = nil, nil, false, 0
	for _, waiting := range m.memberRequests {
		waiting.answer <- guard.Members{}
	}
	m.memberRequests = nil
	for _, s := range m.services {
		if s.present {
			s.cancelProbe()
			s.pid = 0
			if !m.shuttingDown {
				s.state = Starting
			}
		}
	}
	if l.closing && (err == nil || told) {
		l.sweepLast(err)
		return
	}
	if !l.closing {
		m.emit(GuardLost{fmt.Errorf("the guard ended: %w", orUnknown(err)), time.Now()})
	}
	// The guard did not confirm that everything is gone: end what it left.
	l.recovering = true
	go func() {
		sweepErr := l.sweep()
		m.post(func() {
			l.recovering = false
			if l.unswept = sweepErr != nil; l.unswept && !l.closing {
				m.emit(ProcessesLeft{Err: sweepErr, At: time.Now()})
			}
			if l.closing {
				m.finish(sweepErr)
				return
			}
			for _, s := range m.services {
				if s.present {
					s.present, s.blocked, s.fault = false, false, nil
				}
				if !s.want && s.state == Starting {
					s.state = Stopped
				}
			}
			l.replace(err)
		})
	}()
}

// replace launches another guard as guardPolicy says, or fails every service.
func (l *link) replace(err error) {
	wait, again := l.losses.next(guardPolicy, time.Now(), time.Since(l.since))
	switch {
	case l.closing:
		l.sweepLast(nil)
	case !again:
		for _, s := range l.m.services {
			if s.want {
				s.state = Failed
				s.problem = guardProblem(err)
			}
		}
	case wait == 0:
		l.launch(l.m)
		l.m.advanceAll()
	default:
		time.AfterFunc(wait, func() {
			l.m.post(func() {
				if l.client == nil && !l.closing {
					l.launch(l.m)
					l.m.advanceAll()
				}
			})
		})
	}
}

func orUnknown(err error) error {
	if err == nil {
		return errors.New("for a reason unknown")
	}
	return err
}
