package manager

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"agents-tray/manager/guard"
)

// awaitProof begins to wait for what proves that a process that has just been started
// answers.
func (s *service) awaitProof(at time.Time) {
	ready := s.spec.Ready
	if ready.Check.empty() && ready.Log == "" && !ready.Notify {
		s.onReady(at)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), ready.Timeout)
	s.stopProbe = cancel
	spec, run, pid, ask := s.spec, s.run, s.pid, func(ctx context.Context) error {
		<-ctx.Done() // its output or its notifications tell
		return ctx.Err()
	}
	if !ready.Check.empty() {
		ask = func(ctx context.Context) error {
			if err := ready.Check.ask(ctx); err != nil {
				return err
			}
			return s.m.prove(ctx, spec, ready.Check, run, pid)
		}
	}
	go func() {
		err := awaitReady(ctx, ask)
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

// onNotice: the process has said something about itself.
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
	case s.state == Running && n.Failing && s.spec.Health.Notify:
		s.onUnhealthy(errors.New("it said so itself (WATCHDOG=trigger)"))
	}
	if n.Stopping && s.state == Running { // from now on silence is no failure
		s.cancelProbe()
	}
}

func (s *service) onReady(at time.Time) {
	s.cancelProbe()
	s.state, s.ready, s.problem = Running, at, nil
	s.m.emit(ServiceReady{s.spec.Name, s.pid, at})
	s.watchHealth()
	s.m.advanceAll()
}

// onNotReady: it runs but has never answered. It is ended; the exit counts as a
// failure.
func (s *service) onNotReady(err error) {
	cause := fmt.Sprintf("It did not %s within %s", s.spec.Ready.proof(), InWords(s.spec.Ready.Timeout))
	if !s.spec.Ready.Check.empty() {
		cause += " (" + err.Error() + ")"
	}
	s.end(&Problem{
		Kind: NotReady, Summary: s.spec.Title + " does not answer", Cause: cause,
		Advice: "Look at its log for the reason",
	})
}

// proof is what was waited for, to follow "it did not".
func (r Ready) proof() string {
	switch {
	case r.Log != "":
		return fmt.Sprintf("print a line that matches %q", r.Log)
	case r.Notify:
		return "say READY=1"
	}
	return "answer at " + r.HTTP + r.TCP
}

// prove reports an error if an answer to a check is known not to come from this run: a
// stranger's, or a leftover's, proves nothing. A socket that the guard handed over can
// only be answered by the run that has it, but takes connections by itself: those must
// have been accepted. A holder that cannot be seen, such as a container engine of the
// system's, gets the benefit of the doubt: the port was free before the start.
func (m *Manager) prove(ctx context.Context, spec ServiceSpec, check Check, run uint64, pid int) error {
	if spec.heldPort(check.TCP) {
		members, err := m.members(ctx, spec.Name, run)
		if err == nil && members.Waiting > 0 {
			err = errors.New("it has not accepted the connection")
		}
		return err
	}
	if spec.Listen != "" && guard.HandsOver {
		return nil
	}
	_, address := spec.ownAddress()
	port := portOf(address)
	if port == 0 {
		return nil
	}
	if listensOn(pid, port) {
		return nil
	}
	name, holder := portHolder(port)
	if holder == 0 || holder == pid {
		return nil
	}
	members, err := m.members(ctx, spec.Name, run)
	if err != nil {
		return err
	}
	if slices.Contains(members.PIDs, holder) {
		return nil
	}
	return fmt.Errorf("port %d is answered by %s (pid %d), which this service has not started", port, name, holder)
}

// members returns the processes of a run.
func (m *Manager) members(ctx context.Context, name string, run uint64) (guard.Members, error) {
	answer := make(chan guard.Members, 1)
	m.post(func() {
		m.lookers = append(m.lookers, looker{name, run, answer})
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

// A looker waits for the members of a run.
type looker struct {
	service string
	run     uint64
	answer  chan<- guard.Members
}

// onMembers answers those who wait for them.
func (m *Manager) onMembers(e *guard.Members) {
	m.lookers = slices.DeleteFunc(m.lookers, func(l looker) bool {
		asked := l.service == e.Service && l.run == e.Run
		if asked {
			l.answer <- *e
		}
		return asked
	})
}
