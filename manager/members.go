package manager

import (
	"context"
	"errors"
	"slices"

	"agents-tray/manager/guard"
)

// members asks the guard for the processes of a run. It is called beside the owner; ctx must
// have a deadline.
func (m *Manager) members(ctx context.Context, name string, run uint64) (guard.Members, error) {
	answer := make(chan guard.Members, 1)
	m.post(func() {
		m.memberRequests = append(m.memberRequests, memberRequest{name, run, answer})
		if m.link.client == nil {
			m.onMembers(&guard.Members{Service: name, Run: run}) // with its guard it is gone
			return
		}
		m.link.send(guard.Request{Members: &guard.MembersRequest{Service: name, Run: run}})
	})
	select {
	case members := <-answer:
		if len(members.PIDs) == 0 {
			return members, errNotRunning
		}
		return members, nil
	case <-m.done:
		return guard.Members{}, ErrShutDown
	case <-ctx.Done():
		return guard.Members{}, ctx.Err()
	}
}

var errNotRunning = errors.New("it does not run any more")

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
