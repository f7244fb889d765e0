package manager

import (
	"context"
	"errors"
	"time"

	"agents-tray/manager/inspect"
)

// membersTimeout bounds the guard's answer to which processes belong to a service.
const membersTimeout = 2 * time.Second

// Usage measures what the processes of a service use now, its descendants included;
// nothing, if it does not run. Nothing is measured between calls.
func (m *Manager) Usage(ctx context.Context, name string) (inspect.Usage, error) {
	var run uint64
	var live bool
	err := m.ask(func() error {
		s := m.byName[name]
		if s == nil {
			return ErrUnknownService(name)
		}
		if live = s.run != nil && s.run.stage == running; live {
			run = s.run.number
		}
		return nil
	})
	if err != nil || !live {
		return inspect.Usage{At: time.Now()}, err
	}
	ctx, cancel := context.WithTimeout(ctx, membersTimeout)
	defer cancel()
	members, err := m.members(ctx, name, run)
	if errors.Is(err, errNotRunning) {
		err = nil // it has ended meanwhile
	}
	return inspect.Measure(ctx, members.PIDs), err
}
