package manager

import (
	"context"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// A service is the state machine of one service. All its methods run in the
// manager's owner.
type service struct {
	m    *Manager
	spec spec.ServiceSpec

	state    State
	want     bool   // it should run
	byHand   bool   // the user stopped it
	run      uint64 // number of its latest run
	present  bool   // the guard has, or is about to have, a process of that run
	pid      int
	started  time.Time
	ready    time.Time
	restarts int
	status   string // what it says of itself
	lastExit *Exit
	problem  *Problem

	backoff   backoff
	timer     *time.Timer // the end of a wait in BackingOff
	stopProbe context.CancelFunc
	alive     atomic.Bool // it has said so since it was last asked; see Health.Notify
	blocked   bool        // it is to stop once its dependents are gone
	fault     *Problem    // why its process is being ended though it should run
}

func (s *service) view() Service {
	view := Service{
		Name: s.spec.Name, Title: s.spec.Title, URL: s.spec.URL, Address: s.spec.Listen, Open: s.spec.Open, Once: s.spec.Once,
		State: s.state, PID: s.pid, Started: s.started, Ready: s.ready, Restarts: s.restarts, Status: s.status,
		ByHand: s.byHand, LastExit: s.lastExit, Problem: s.problem,
	}
	if s.state == Waiting {
		_, view.settled = s.outcome()
		for _, dep := range s.spec.Dependencies() {
			if on := s.m.byName[dep]; !on.meets(s.spec.DependsOn[dep]) {
				view.WaitsFor = on.spec.Title
				break
			}
		}
	}
	return view
}

// advance starts the service if it should run, may run and does not.
func (s *service) advance() {
	if !s.want || s.present || s.timer != nil || s.m.shuttingDown || s.state == Failed || !s.m.link.up {
		return
	}
	for dep, condition := range s.spec.DependsOn {
		if !s.m.byName[dep].meets(condition) {
			s.state = Waiting
			return
		}
	}
	s.launch()
}

func (s *service) meets(condition spec.Condition) bool {
	switch condition {
	case spec.ConditionCompleted:
		return s.state == Completed
	case spec.ConditionStarted:
		return s.pid != 0 && s.state != Stopping
	}
	return s.state == Ready && s.fault == nil
}

// onStarted handles the start of the process.
func (s *service) onStarted(e *guard.Started) {
	s.pid, s.started, s.ready = e.PID, e.At, time.Time{}
	s.m.emit(ServiceStarted{s.spec.Name, e.PID, e.At})
	if s.state == Starting { // else it is being stopped already
		s.awaitProof(e.At)
	}
	s.m.advanceAll() // some may wait for started
}

// onRefused handles a start that failed: there is no process.
func (s *service) onRefused(e *guard.Refused) {
	s.processGone()
	if !s.want {
		s.state = Stopped
		return
	}
	switch e.Reason {
	case guard.AddressInUse:
		s.fail(portProblem(s.spec, s.m.ports()))
	case guard.NoCommand:
		s.fail(notFoundProblem(s.spec.Title, e.Error))
	default:
		s.fail(refusedProblem(s.spec.Title, e.Error))
	}
}

// fail ends the attempts to run the service until the user asks for it again.
func (s *service) fail(p *Problem) {
	s.state, s.problem = Failed, p
	s.m.emit(ServiceGaveUp{s.spec.Name, *p, time.Now()})
}

// onExited handles the end of the main process. Descendants of it may still live; see onGone.
func (s *service) onExited(e *guard.Exited) {
	s.cancelProbe()
	asked := s.state == Stopping
	s.lastExit = &Exit{
		PID: e.PID, At: e.At, Code: e.Code, Signal: e.Signal, Asked: asked,
		Ended: asked || s.fault != nil, Grace: s.spec.StopTimeout, OutOfMemory: e.OutOfMemory, Lines: e.Lines,
	}
	s.m.emit(ServiceExited{s.spec.Name, *s.lastExit})
	if asked {
		return // onGone decides
	}
	ran := e.At.Sub(s.started)
	s.pid, s.ready = 0, time.Time{}
	switch failure := s.lastExit.Failure() || s.fault != nil; {
	case s.m.shuttingDown:
	case failure && s.spec.Restart.Policy == spec.RestartNever:
		s.want = false
		s.fail(s.whyFailed(failedProblem))
	case !failure && s.spec.Restart.Policy != spec.RestartAlways:
		s.want, s.state, s.problem = false, Completed, nil
		s.m.advanceAll() // some may wait for completed
		return
	default:
		s.restartAfter(e.At, ran)
	}
	if s.fault == nil && !s.m.shuttingDown { // else they know already
		s.lost()
	}
}

// whyFailed returns the problem of its last exit: problem's, unless the process was ended
// for a fault.
func (s *service) whyFailed(problem func(title string, exit *Exit) *Problem) *Problem {
	if s.fault != nil {
		return afterFault(s.fault, s.lastExit)
	}
	return problem(s.spec.Title, s.lastExit)
}

// restartAfter schedules the next start by the restart policy, or gives up.
func (s *service) restartAfter(at time.Time, ran time.Duration) {
	wait, again := s.backoff.next(s.spec.Restart, at, ran)
	if !again {
		s.fail(s.whyFailed(crashLoopProblem))
		return
	}
	s.restarts++
	s.state = BackingOff
	s.m.emit(ServiceRestarting{s.spec.Name, wait, at})
	if wait > 0 {
		s.timer = time.AfterFunc(wait, func() {
			s.m.post(func() {
				if s.timer != nil {
					s.timer = nil
					s.advance()
				}
			})
		})
	}
}

// onGone handles the end of the run: no process of it is left.
func (s *service) onGone() {
	stopping := s.state == Stopping
	s.processGone()
	switch {
	case s.m.shuttingDown, !s.want:
		if !s.state.Idle() {
			s.state = Stopped
		}
		if stopping {
			s.m.emit(ServiceStopped{s.spec.Name, time.Now()})
		}
		s.release()
	case s.state == Failed:
		s.release()
	case stopping: // on the way to its next run
		s.state = Starting
		s.advance()
	default:
		s.advance()
	}
	for _, other := range s.m.services {
		if other.blocked {
			other.stopWhenFree()
		}
	}
}

// processGone clears what is known of the process.
func (s *service) processGone() {
	s.cancelProbe()
	s.present, s.pid, s.started, s.ready, s.blocked = false, 0, time.Time{}, time.Time{}, false
	if s.m.shuttingDown && !s.state.Idle() {
		s.state = Stopped
	}
}

func (s *service) cancelProbe() {
	if s.stopProbe != nil {
		s.stopProbe()
		s.stopProbe = nil
	}
}

func (s *service) cancelTimer() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
}

// move changes the port in every field that names it, and restarts the service.
func (s *service) move(port int) {
	host, old, err := net.SplitHostPort(s.spec.Listen)
	if err != nil {
		return // it has no port of its own
	}
	s.spec.Listen = net.JoinHostPort(host, strconv.Itoa(port))
	for _, field := range []*string{&s.spec.URL, &s.spec.Ready.HTTP, &s.spec.Ready.TCP, &s.spec.Health.HTTP, &s.spec.Health.TCP} {
		*field = strings.Replace(*field, net.JoinHostPort(host, old), s.spec.Listen, 1)
	}
	s.userRestart()
}
