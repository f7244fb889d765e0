package session

import (
	"strings"

	"agents-tray/manager"
	"agents-tray/tray"
)

// Model is what the tray shows of the session.
func (s *Session) Model() tray.Model {
	chosen, snapshot := s.settings.get(), s.manager.Snapshot()
	model := tray.Model{
		Snapshot: snapshot, Language: s.language, Version: s.options.Version,
		Paused:        len(stillPaused(snapshot, chosen.Paused)) > 0,
		AtLogin:       s.atLogin.Enabled(),
		Notifications: !chosen.Quiet,
	}
	model.Workflows, model.Quitting = s.quitting.look()
	s.mu.Lock()
	defer s.mu.Unlock()
	model.Usual, model.Asks = s.usual, s.asks
	if s.review != nil && !s.reviewed {
		model.Unclean = s.unclean.line()
	}
	if n := len(s.notices); n > 0 {
		model.Notice, _, _ = strings.Cut(s.notices[n-1].text, ". ")
	}
	return model
}

// stillPaused are those of the paused services that nobody has started since.
func stillPaused(snapshot manager.Snapshot, paused []string) []string {
	var still []string
	for _, name := range paused {
		if service, ok := snapshot.Service(name); ok && service.ByHand {
			still = append(still, name)
		}
	}
	return still
}
