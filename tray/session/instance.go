package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/inspect"
)

// Status is everything there is to see.
func (s *Session) Status() control.Status {
	status := control.Status{
		Version: s.options.Version, PID: os.Getpid(), Started: s.started, Snapshot: s.manager.Snapshot(),
		Workflows: s.Workflows(),
	}
	if names, wish := s.quitting.look(); wish != nil {
		status.Quitting = &control.Quitting{Workflows: len(names), Asked: !wish.Decided, Decided: wish.Decided, Deadline: wish.Deadline}
	}
	review := s.Review() // before the lock: the last workflow to end may take it, to quit
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.reviewed {
		status.Unclean = review
	}
	status.Notices, status.Asks = s.noticeTexts(), s.asks
	return status
}

// Changes returns a channel that gets a value after each change of Status.
func (s *Session) Changes() (<-chan struct{}, func()) { return s.changed.listen() }

// Act starts, stops or restarts a service.
func (s *Session) Act(service string, action control.Action) error {
	switch action {
	case control.Start:
		return s.manager.Start(service)
	case control.Stop:
		return s.manager.Stop(service)
	case control.Restart:
		return s.manager.Restart(service)
	}
	return fmt.Errorf("%q is not an action", action)
}

// LogFile returns the file of a service's output.
func (s *Session) LogFile(service string) (string, error) {
	if _, ok := s.manager.Snapshot().Service(service); !ok {
		return "", manager.ErrUnknownService(service)
	}
	return filepath.Join(s.options.Folders.Logs(), service+".log"), nil
}

// Usage measures what a service uses.
func (s *Session) Usage(ctx context.Context, service string) (inspect.Usage, error) {
	return s.manager.Usage(ctx, service)
}

// Review returns how the session before ended, nil if cleanly.
func (s *Session) Review() *control.Review { return s.work.inReview(s.review) }

// Reviewed says that the user knows how the session before ended.
func (s *Session) Reviewed() {
	s.mu.Lock()
	s.reviewed = true
	s.mu.Unlock()
	s.withdraw(aboutUnclean)
	s.changed.tell()
}

// hub tells listeners that something has changed.
type hub struct {
	mu        sync.Mutex
	listeners map[chan struct{}]bool
}

func (h *hub) listen() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[chan struct{}]bool{}
	}
	h.listeners[c] = true
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, c)
	}
}

func (h *hub) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.listeners {
		select {
		case c <- struct{}{}:
		default: // told already
		}
	}
}
