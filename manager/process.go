package manager

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// onStarted handles the start of the process.
func (s *service) onStarted(e *guard.Started) {
	r := s.run
	r.stage, r.pid, r.started, r.startedAt = running, e.PID, e.At, time.Now()
	s.busySince = time.Time{}
	if s.problem != nil && (s.problem.Kind == PortBusy || s.problem.Kind == CannotFork || s.problem.Kind == NoAddress) {
		s.problem = nil // it is no longer so
	}
	s.m.emit(ServiceStarted{s.spec.Name, e.PID, e.At})
	if e.Taken != "" {
		s.localhostTaken(e.Taken)
	}
	if !r.ending {
		s.awaitProof(e.At)
	}
}

// onRefused handles a start that failed: there is no process.
func (s *service) onRefused(e *guard.Refused) {
	if s.run.ending {
		s.onGone()
		return
	}
	switch e.Reason {
	case guard.AddressInUse:
		s.examinePort()
		return
	case guard.TryAgain:
		s.dropRun()
		s.tryAgain(cannotForkProblem(s.spec.Title, e.Error))
		return
	case guard.NoAddress: // a network may come up later than this program
		s.noAddress()
		return
	}
	if e.Reason == guard.NoCommand && s.findByLoginPath() {
		return
	}
	problem := s.refusal(e)
	s.dropRun()
	s.fail(problem)
	s.awaitAppearance()
}

// noAddress handles a start for which the address to listen on is none of this computer's now.
func (s *service) noAddress() {
	s.dropRun()
	s.tryAgain(&Problem{Kind: NoAddress, Title: s.spec.Title, Expected: s.spec.Listen})
}

// refusal returns the problem of a start that failed for good.
func (s *service) refusal(e *guard.Refused) *Problem {
	switch e.Reason {
	case guard.NotPermitted:
		return &Problem{Kind: PortDenied, Title: s.spec.Title, Port: spec.Port(s.spec.Listen)}
	case guard.NoCommand:
		return missingProgramProblem(s.spec.Title, s.spec.Program(), s.searched(), s.m.login.path)
	case guard.NotExecutable:
		p := &Problem{Kind: NotExecutable, Title: s.spec.Title, Path: s.spec.Program(), Detail: e.Error, Foreign: e.Foreign}
		if e.Interpreter != "" {
			p.Expected = strings.Trim(strconv.Quote(e.Interpreter), `"`) // a carriage return at its end is seen so
		}
		return p
	case guard.TooLarge:
		return &Problem{Kind: EnvTooLarge, Title: s.spec.Title, Size: s.run.size, Variable: s.run.largest}
	case guard.NoFolder:
		return &Problem{Kind: NoFolder, Title: s.spec.Title, Path: s.spec.Dir}
	case guard.BadFolder:
		return &Problem{Kind: NoFolder, Title: s.spec.Title, Path: s.spec.Dir, Detail: e.Error}
	}
	return &Problem{Kind: GuardFailed, Title: s.spec.Title, Detail: e.Error}
}

// searched is the PATH that its program was looked up in, "" if it was not looked up.
func (s *service) searched() string {
	if hasFolder(s.spec.Program()) {
		return ""
	}
	path := os.Getenv("PATH")
	if s.run != nil && s.run.path != nil {
		path = *s.run.path
	}
	for _, pair := range s.spec.Env {
		name, value, _ := strings.Cut(pair, "=")
		if name == "PATH" || runtime.GOOS == "windows" && strings.EqualFold(name, "PATH") {
			path = value
		}
	}
	return path
}

// tryAgain starts the service again later, for want of something that comes and goes. It is
// given up after about a minute, however soon the policy gives up what ends.
func (s *service) tryAgain(p *Problem) {
	policy := s.spec.Restart
	policy.GiveUp = min(policy.GiveUp, 0)
	wait, again := s.backoff.next(policy, time.Now(), 0)
	if !again {
		p.Waited = s.backoff.failingFor(time.Now())
		s.fail(p)
		return
	}
	s.problem = p
	s.retryAfter(max(wait, portRetry))
}

// onExited handles the end of the main process. Descendants of it may still live; see onGone.
func (s *service) onExited(e *guard.Exited) {
	r := s.run
	r.cancel()
	r.stage = exited
	leaving := s.m.link.state == leaving
	asked := r.ending && r.fault == nil || leaving
	s.lastExit = &Exit{
		PID: e.PID, At: e.At, Code: e.Code, Signal: e.Signal, Asked: asked,
		Ended: asked || r.fault != nil, OutOfMemory: e.OutOfMemory, Lines: shorten(e.Lines), Reasons: e.Reasons,
	}
	if e.Killed {
		s.lastExit.Grace = e.Had
	}
	s.m.emit(ServiceExited{s.spec.Name, *s.lastExit})
	switch {
	case leaving:
		r.lost = true // not its own doing: it is started again by the next guard
	case asked || s.m.shuttingDown:
	default:
		s.decide(e)
	}
}

// decide decides what follows from an end that nobody has asked for.
func (s *service) decide(e *guard.Exited) {
	r, now := s.run, time.Now()
	failure := s.lastExit.Failure() || r.fault != nil
	var ran time.Duration // well
	if !r.ready.IsZero() {
		ran = now.Sub(r.readyAt)
	}
	if r.fault == nil {
		s.problem = nil // that it was slow is no longer so
	}
	switch {
	case s.mistake(e, now.Sub(r.startedAt)):
	case failure && s.spec.Restart.Policy == spec.RestartNever:
		s.fail(s.whyFailed(FailedOnce))
	case !failure && s.spec.Restart.Policy != spec.RestartAlways:
		s.outcome, s.problem = completed, nil
	default:
		s.restartAfter(now, ran)
	}
}

// mistake handles an end that tells of a mistake in the services file which another start does
// not mend. It reports whether that is all there is to do.
func (s *service) mistake(e *guard.Exited, lived time.Duration) bool {
	var p *Problem
	switch {
	case s.run.fault != nil || lived >= s.spec.Restart.GoodRun:
	case e.Code == 0 && len(e.Left) > 0 && s.isToStay():
		p = backgroundProblem(s.spec.Title, s.lastExit, e.Left)
	case s.lastExit.Failure() && s.bindsWhatIsHandedOver(e.Lines):
		p = bindsItselfProblem(s.spec.Title, s.spec.Listen, s.lastExit)
	case s.lastExit.Failure() && s.address() != "" && tellsOfPort(e.Lines, spec.Port(s.address())):
		s.suspect = true // the port is looked at more closely before the next start
	}
	if p == nil {
		s.slips = 0
		return false
	}
	if s.slips++; s.slips < 2 && s.spec.Restart.Policy == spec.RestartAlways {
		return false // once it may have another reason, such as a signal from somebody else
	}
	s.fail(p)
	return true
}

// isToStay reports whether the service is meant to run on, as far as its specification tells.
func (s *service) isToStay() bool {
	ready := s.spec.Ready
	return !s.spec.Once && (s.spec.Restart.Policy == spec.RestartAlways || !ready.Check.Empty() || ready.Log != "" || ready.Notify)
}

// bindsWhatIsHandedOver reports whether lines tell that the service could not bind the
// address that is bound for it.
func (s *service) bindsWhatIsHandedOver(lines []string) bool {
	return s.spec.Listen != "" && spec.HandsOver && s.spec.Builtin == "" && tellsOfPort(lines, spec.Port(s.spec.Listen))
}

// whyFailed returns the problem of its last exit, of that kind unless the process was ended
// for a fault.
func (s *service) whyFailed(kind Kind) *Problem {
	if s.run.fault != nil {
		return afterFault(s.run.fault, s.lastExit)
	}
	return exitProblem(kind, s.spec.Title, s.lastExit)
}

// restartAfter schedules the next start by the restart policy, or gives up.
func (s *service) restartAfter(now time.Time, ran time.Duration) {
	wait, again := s.backoff.next(s.spec.Restart, now, ran)
	if !again {
		kind := CrashLoop
		if s.lastExit.Code == 0 && s.lastExit.Signal == "" {
			kind = EndsByItself
		}
		s.fail(s.whyFailed(kind))
		return
	}
	s.restarts++
	s.m.emit(ServiceRestarting{s.spec.Name, wait, s.lastExit.At})
	s.retryAfter(wait)
}

// onGone handles the end of the run: no process of it is left.
func (s *service) onGone() {
	if s.run != nil && !s.run.watched {
		s.dropRun()
		s.hasEnded()
	}
}

// onGuardLost handles the loss of the guard. What is left of the run is being ended; then it
// counts as gone.
func (s *service) onGuardLost() {
	r := s.run
	if r == nil || r.watched {
		return
	}
	r.cancel()
	if s.outcome == undecided {
		s.problem = nil
	}
	r.lost = true
}
