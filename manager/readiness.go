package manager

import (
	"context"
	"slices"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
)

// awaitProof starts the readiness probe of a process that was started at that time.
func (s *service) awaitProof(at time.Time) {
	ready := s.spec.Ready
	if ready.Check.Empty() && ready.Log == "" && !ready.Notify {
		s.onReady(at)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), ready.Timeout)
	s.stopProbe = cancel
	described, run, pid, question := s.spec, s.run, s.pid, func(ctx context.Context) error {
		<-ctx.Done() // its output or its notifications tell
		return ctx.Err()
	}
	if !ready.Check.Empty() {
		question = func(ctx context.Context) error {
			if err := ask(ctx, ready.Check); err != nil {
				return err
			}
			return s.m.prove(ctx, described, ready.Check, run, pid)
		}
	}
	go func() {
		err := awaitReady(ctx, question)
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
}

// onNotice handles what the process has reported about itself: its status, a ready line,
// a watchdog ping. The guard may have merged several reports into one.
func (s *service) onNotice(n *guard.Notice) {
	if n.Status != "" {
		s.status = n.Status
	}
	if n.Alive {
		s.alive.Store(true)
	}
	switch {
	case s.fault != nil: // it is being ended, whatever it says
	case s.state == Starting && (n.Line != "" || n.Ready && s.spec.Ready.Notify):
		s.onReady(time.Now())
	case s.state == Ready && n.Failing && s.spec.Health.Notify:
		s.onUnhealthy(&Answer{Kind: AnswerTrigger})
	}
	if n.Stopping && s.state == Ready { // from now on silence is no failure
		s.cancelProbe()
	}
}

func (s *service) onReady(at time.Time) {
	s.cancelProbe()
	s.state, s.ready, s.problem = Ready, at, nil
	s.m.emit(ServiceReady{s.spec.Name, s.pid, at})
	s.watchHealth()
	s.m.advanceAll()
}

// onNotReady handles a readiness timeout: the process is stopped, which counts as a failure.
func (s *service) onNotReady(err error) { s.end(stillStartingProblem(s.spec, err, nil)) }

// prove reports an error if an answer to a check is known not to come from this run. On a
// socket that the guard handed over only this run can answer, but the kernel takes
// connections for it: they must have been accepted. On a port that the service binds, the
// holder must be one of its processes. A holder that cannot be seen, such as a container
// engine of the system's, is accepted: the port was free before the start.
func (m *Manager) prove(ctx context.Context, s spec.ServiceSpec, check spec.Check, run uint64, pid int) error {
	if s.HeldPort(check.TCP) {
		members, err := m.members(ctx, s.Name, run)
		if err == nil && members.Waiting > 0 {
			err = &Answer{Kind: AnswerUnaccepted}
		}
		return err
	}
	if s.Listen != "" && spec.HandsOver {
		return nil
	}
	_, address := s.OwnAddress()
	port := spec.Port(address)
	if port == 0 {
		return nil
	}
	if inspect.ListensOn(pid, port) {
		return nil
	}
	name, holder := inspect.PortHolder(port)
	if holder == 0 || holder == pid {
		return nil
	}
	members, err := m.members(ctx, s.Name, run)
	if err != nil {
		return err
	}
	if slices.Contains(members.PIDs, holder) {
		return nil
	}
	return &Answer{Kind: AnswerStranger, Port: port, Holder: &Process{Name: name, PID: holder}}
}

// members asks the guard for the processes of a run.
func (m *Manager) members(ctx context.Context, name string, run uint64) (guard.Members, error) {
	answer := make(chan guard.Members, 1)
	m.post(func() {
		m.memberRequests = append(m.memberRequests, memberRequest{name, run, answer})
		m.link.send(guard.Request{Members: &guard.MembersRequest{Service: name, Run: run}})
	})
	select {
	case members := <-answer:
		return members, nil
	case <-m.done:
		return guard.Members{}, ErrShutDown
	case <-ctx.Done():
		return guard.Members{}, ctx.Err()
	}
}

// A memberRequest is a question for the members of a run that the guard has yet to answer.
type memberRequest struct {
	service string
	run     uint64
	answer  chan<- guard.Members
}

// onMembers answers the requests for the members of that run.
func (m *Manager) onMembers(e *guard.Members) {
	m.memberRequests = slices.DeleteFunc(m.memberRequests, func(r memberRequest) bool {
		asked := r.service == e.Service && r.run == e.Run
		if asked {
			r.answer <- *e
		}
		return asked
	})
}
