package manager

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"agents-tray/manager/guard"
)

// A service is the state machine of one service. All its methods run in the
// manager's owner.
type service struct {
	m    *Manager
	spec ServiceSpec
	rank int // 0: depends on nothing; else one above the highest it depends on

	state    State
	want     bool   // it should run
	run      uint64 // number of its latest run
	present  bool   // the guard has, or is about to have, a process of that run
	pid      int
	started  time.Time
	ready    time.Time
	restarts int
	lastExit *Exit
	problem  *Problem

	backoff   backoff
	timer     *time.Timer // the end of a wait in BackingOff
	stopProbe context.CancelFunc
	mute      bool // it runs but did not answer in time; it is being stopped for that
}

func (s *service) view() Service {
	return Service{
		Name: s.spec.Name, Title: s.spec.Title, URL: s.spec.URL, Address: s.spec.Listen, Open: s.spec.Open,
		State: s.state, PID: s.pid, Started: s.started, Ready: s.ready, Restarts: s.restarts,
		LastExit: s.lastExit, Problem: s.problem, optional: s.spec.Optional,
	}
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

func (s *service) meets(condition Condition) bool {
	return s.state == Running || condition == ConditionStarted && s.pid != 0
}

func (s *service) launch() {
	s.run++
	s.present = true
	s.state = Starting
	s.mute = false
	start := &guard.Start{
		Service: s.spec.Name, Run: s.run, Rank: s.rank,
		Command: s.spec.Command, Dir: s.spec.Dir, Listen: s.spec.Listen,
		Env: append(append([]string{}, s.m.options.Env...), s.spec.Env...),
	}
	if s.spec.Builtin {
		start.Path, start.Lifeline = s.m.options.Guard.Path, true
	}
	if s.m.options.LogFolder != "" {
		start.Log = filepath.Join(s.m.options.LogFolder, s.spec.Name+".log")
	}
	s.m.link.send(guard.Request{Start: start})
}

// onStarted: the process exists.
func (s *service) onStarted(e *guard.Started) {
	s.pid, s.started, s.ready = e.PID, e.At, time.Time{}
	s.m.emit(ServiceStarted{s.spec.Name, e.PID, e.At})
	if s.spec.Ready.HTTP == "" {
		s.onReady(e.At)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.spec.Ready.Timeout)
	s.stopProbe = cancel
	run, url := s.run, s.spec.Ready.HTTP
	go func() {
		err := awaitReady(ctx, url, s.m.options.Probe)
		now := time.Now()
		s.m.post(func() {
			switch {
			case run != s.run || s.state != Starting:
			case err == nil:
				s.onReady(now)
			case ctx.Err() == context.DeadlineExceeded:
				s.onNotReady(err)
			}
		})
	}()
	s.m.advanceAll() // some may wait for started
}

func (s *service) onReady(at time.Time) {
	s.cancelProbe()
	s.state, s.ready, s.problem = Running, at, nil
	s.m.emit(ServiceReady{s.spec.Name, s.pid, at})
	s.m.advanceAll()
}

// onNotReady: it runs but never answered. It is ended; the exit counts as a failure.
func (s *service) onNotReady(err error) {
	s.mute = true
	s.problem = &Problem{
		Kind:    NotReady,
		Summary: s.spec.Title + " does not answer",
		Cause:   "It was asked at " + s.spec.Ready.HTTP + " for " + inWords(s.spec.Ready.Timeout) + " (" + err.Error() + ")",
		Advice:  "Look at its log for the reason",
	}
	s.sendStop(s.spec.StopTimeout)
}

// onRefused: no process came to be.
func (s *service) onRefused(e *guard.Refused) {
	s.processGone()
	if !s.want {
		s.state = Stopped
		return
	}
	s.state = Failed
	switch e.Reason {
	case guard.AddressInUse:
		s.problem = portProblem(s.spec, s.m.ports())
	case guard.NoCommand:
		s.problem = &Problem{
			Kind: NotFound, Summary: s.spec.Title + " cannot be started", Cause: e.Error,
			Advice: "Install it, or correct the command, then start it again",
		}
	default:
		s.problem = &Problem{Kind: GuardFailed, Summary: s.spec.Title + " cannot be started", Cause: e.Error}
	}
	s.m.emit(ServiceGaveUp{s.spec.Name, *s.problem, time.Now()})
}

// onExited: the process has ended; what it left behind may live for a moment.
func (s *service) onExited(e *guard.Exited) {
	s.cancelProbe()
	asked := s.state == Stopping
	s.lastExit = &Exit{
		PID: e.PID, At: e.At, Code: e.Code, Signal: e.Signal, Asked: asked,
		Words: exitWords(e.Code, e.Signal, asked || s.mute), Lines: e.Lines,
	}
	s.m.emit(ServiceExited{s.spec.Name, *s.lastExit})
	if asked {
		return // onGone decides
	}
	ran := e.At.Sub(s.started)
	s.pid, s.ready = 0, time.Time{}
	switch failure := s.lastExit.Failure() || s.mute; {
	case s.m.shuttingDown:
	case s.spec.Restart.Policy == RestartNever, s.spec.Restart.Policy == RestartOnFailure && !failure:
		s.want, s.state = false, Stopped
	default:
		s.restartAfter(e.At, ran)
	}
}

// restartAfter waits as the policy says, or gives up.
func (s *service) restartAfter(at time.Time, ran time.Duration) {
	wait, again := s.backoff.next(s.spec.Restart, at, ran)
	if !again {
		s.state = Failed
		s.problem = &Problem{
			Kind: CrashLoop, Summary: s.spec.Title + " keeps crashing", Cause: s.crashCause(),
			Advice: "Look at its log for the reason, then start it again",
		}
		s.m.emit(ServiceGaveUp{s.spec.Name, *s.problem, at})
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

func (s *service) crashCause() string {
	words := "It " + s.lastExit.Words
	if n := len(s.lastExit.Lines); n > 0 {
		words += "; its last line: " + strings.TrimSpace(s.lastExit.Lines[n-1])
	}
	return words
}

// onGone: nothing is left of the run.
func (s *service) onGone() {
	stopping := s.state == Stopping
	s.processGone()
	switch {
	case s.m.shuttingDown, !s.want:
		if s.state != Failed {
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
}

// processGone forgets the process.
func (s *service) processGone() {
	s.cancelProbe()
	s.present, s.pid, s.started, s.ready = false, 0, time.Time{}, time.Time{}
	if s.m.shuttingDown && s.state != Failed {
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

func (s *service) userStart() {
	for dep := range s.spec.DependsOn {
		s.m.byName[dep].userStart()
	}
	s.want = true
	if s.state == Failed {
		s.state, s.problem = Stopped, nil
	}
	if s.state == BackingOff || s.state == Stopped {
		s.backoff = backoff{}
		s.cancelTimer()
	}
	s.advance()
}

func (s *service) userStop() {
	s.want = false
	s.cancelTimer()
	s.backoff = backoff{}
	s.problem = nil
	s.release() // first, so that the port is free once it has stopped
	if s.present {
		s.state = Stopping
		s.sendStop(s.spec.StopTimeout)
		return
	}
	s.state = Stopped
}

func (s *service) userRestart() {
	if !s.present {
		s.userStart()
		return
	}
	s.want, s.problem, s.backoff = true, nil, backoff{}
	s.cancelTimer()
	s.state = Stopping
	s.sendStop(s.spec.StopTimeout)
}

// shutDown is userStop when the guard stops everything in its own order.
func (s *service) shutDown() {
	s.want = false
	s.cancelTimer()
	s.cancelProbe()
	switch {
	case s.present:
		s.state = Stopping
	case s.state != Failed:
		s.state = Stopped
	}
}

func (s *service) sendStop(grace time.Duration) {
	s.m.link.send(guard.Request{Stop: &guard.Stop{Service: s.spec.Name, Run: s.run, Grace: grace}})
}

// release closes the socket that is held for it: visitors learn that nobody is in.
func (s *service) release() {
	s.m.link.send(guard.Request{Release: &guard.Release{Service: s.spec.Name}})
}

// move changes the port in everything that names it.
func (s *service) move(port int) {
	host, old, err := net.SplitHostPort(s.spec.Listen)
	if err != nil {
		return // it has no port of its own
	}
	to := strconv.Itoa(port)
	s.spec.Listen = net.JoinHostPort(host, to)
	for _, field := range []*string{&s.spec.URL, &s.spec.Ready.HTTP} {
		*field = strings.Replace(*field, net.JoinHostPort(host, old), s.spec.Listen, 1)
	}
	s.userRestart()
}
