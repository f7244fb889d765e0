package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray"
)

// Status is everything there is to see.
func (s *Session) Status() control.Status {
	status := control.Status{
		Version: s.options.Version, PID: os.Getpid(), Started: s.started, Snapshot: s.manager.Snapshot(),
		Workflows: s.Workflows(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.reviewed {
		status.Unclean = s.Review()
	}
	status.Notices, status.Asks = s.noticeTexts(), s.asks
	return status
}

// Model is what the tray shows of it.
func (s *Session) Model() tray.Model {
	model := tray.Model{Snapshot: s.manager.Snapshot()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.review != nil && !s.reviewed {
		model.Unclean = s.unclean.line()
	}
	model.Asks = s.asks
	if n := len(s.notices); n > 0 {
		model.Notice, _, _ = strings.Cut(s.notices[n-1].text, ". ")
	}
	return model
}

// Changes returns a channel that gets a value after each change of Status.
func (s *Session) Changes() (<-chan struct{}, func()) { return s.changed.listen() }

// Do carries out a click. It does not block.
func (s *Session) Do(i tray.Intent) {
	switch i.Verb {
	case tray.Open:
		s.openLater(i.Service, "")
	case tray.ShowLog:
		s.showLog(i.Service)
	case tray.Review:
		s.openReview()
	case tray.Notices:
		s.openLater(s.dashboard(), "")
	case tray.StartAll:
		s.StartAll()
	case tray.Start:
		go s.manager.Start(i.Service) // ends with the manager at the latest; its outcome shows in the menu
	case tray.Stop:
		go s.manager.Stop(i.Service)
	case tray.Restart:
		go s.manager.Restart(i.Service)
	case tray.Move:
		go s.manager.Move(i.Service, i.Port)
	case tray.Quit:
		s.Quit()
	}
}

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
func (s *Session) Usage(ctx context.Context, service string) (manager.Usage, error) {
	return s.manager.Usage(ctx, service)
}

// Review returns how the session before ended, nil if cleanly.
func (s *Session) Review() *control.Review { return s.work.inReview(s.review) }

// Reviewed says that the user knows how the session before ended.
func (s *Session) Reviewed() {
	s.mu.Lock()
	s.reviewed = true
	s.mu.Unlock()
	s.changed.tell()
}

// asksWords say why nothing was started.
const asksWords = "The last two sessions ended unexpectedly, within ten minutes."

// announce tells of an unclean end, and of a record that was damaged.
func (s *Session) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.asks:
		s.notify(tray.Notification{
			Summary: "Nothing was started", Body: asksWords + " " + s.review.Cause,
			Action: "Start everything", Intent: tray.Intent{Verb: tray.StartAll}, Urgent: true,
		})
	case s.review != nil:
		body := s.review.Cause
		if line := s.review.Interrupted(); line != "" {
			body += "\n" + line
		}
		s.notify(tray.Notification{
			Summary: "Last session ended unexpectedly", Body: body,
			Action: "Review", Intent: tray.Intent{Verb: tray.Review},
		})
	}
	for _, notice := range s.noticeTexts() {
		s.notify(tray.Notification{Summary: tray.Name, Body: notice, Action: "Open Dashboard", Intent: tray.Intent{Verb: tray.Notices}})
	}
}

func (s *Session) tellGaveUp(e manager.ServiceGaveUp) {
	s.mu.Lock()
	defer s.mu.Unlock()
	short := e.Problem // a notification has room for two lines of the log, of which one may be of the other stream
	short.Lines = short.Lines[max(0, len(short.Lines)-2):]
	s.notify(tray.Notification{
		Summary: short.Summary, Body: strings.TrimPrefix(short.Error(), short.Summary+". "), Urgent: true,
		Action: "Open log", Intent: tray.Intent{Verb: tray.ShowLog, Service: e.Service},
	})
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
