package session

import (
	"slices"

	"agents-tray/manager"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// Do carries out a click. It does not block: what asks the manager for something goes
// on by itself, ends with the manager at the latest, and shows its outcome in the menu.
func (s *Session) Do(i tray.Intent) {
	switch i.Verb {
	case tray.Open:
		s.openLater(i.Service, "")
	case tray.ShowLog:
		s.showLog(i.Service)
	case tray.Review:
		s.openReview()
	case tray.Dismiss:
		s.Reviewed()
	case tray.Notices:
		s.openLater(s.dashboard(), "")
	case tray.Start:
		go s.manager.Start(i.Service)
	case tray.Stop:
		go s.manager.Stop(i.Service)
	case tray.Restart:
		go s.manager.Restart(i.Service)
	case tray.Move:
		go s.manager.Move(i.Service, i.Port)
	case tray.History:
		s.openLater(s.dashboard(), "/sessions")
	case tray.EditServices:
		s.editServices()
	case tray.StartAll:
		s.StartAll()
	case tray.RestartAll:
		go s.restartAll()
	case tray.PauseAll:
		go s.pauseAll()
	case tray.Resume:
		go s.resume()
	case tray.CopyAddress, tray.CopyDiagnosis:
		if text, err := s.Text(i.String()); err == nil {
			s.copy(text)
		}
	case tray.AtLogin:
		s.setAtLogin(i.On)
	case tray.Notifications:
		s.afterSetting(s.settings.set(func(c *choices) { c.Quiet = !i.On }))
	case tray.NoTray:
		s.tellNoTray()
	case tray.Quit:
		s.quitting.ask()
	case tray.FinishAndQuit:
		s.quitting.finish()
	case tray.KeepRunning:
		s.quitting.cancel()
	case tray.QuitNow:
		s.Quit()
	}
}

// setAtLogin has the system start the program at login, or no longer.
func (s *Session) setAtLogin(on bool) {
	if on {
		s.afterSetting(s.atLogin.Enable())
	} else {
		s.afterSetting(s.atLogin.Disable())
	}
}

// afterSetting shows a setting as it is now, and says why it is not as wished.
func (s *Session) afterSetting(err error) {
	if err != nil {
		s.answer(tray.Notification{Summary: s.language.Say(words.NotChanged), Body: err.Error()})
	}
	s.changed.tell()
}

// restartAll restarts all services but those that the user has stopped, or that have
// done what they were to do.
func (s *Session) restartAll() {
	for _, service := range s.manager.Snapshot().Services {
		if service.State != manager.Stopped && service.State != manager.Completed {
			_ = s.manager.Restart(service.Name) // it is known; the end of the program may come first
		}
	}
}

// pauseAll stops all services, those that depend on others first, and remembers which.
func (s *Session) pauseAll() {
	var names []string
	for _, service := range s.manager.Snapshot().Services {
		if service.State != manager.Stopped && service.State != manager.Completed {
			names = append(names, service.Name)
		}
	}
	still := stillPaused(s.manager.Snapshot(), s.settings.get().Paused)
	err := s.settings.set(func(c *choices) { c.Paused = append(still, names...) })
	for _, name := range slices.Backward(names) {
		_ = s.manager.Stop(name) // as in restartAll
	}
	s.afterSetting(err)
}

// resume starts what was paused, but what somebody has started since.
func (s *Session) resume() {
	names := stillPaused(s.manager.Snapshot(), s.settings.get().Paused)
	err := s.settings.set(func(c *choices) { c.Paused = nil })
	for _, name := range names {
		_ = s.manager.Start(name) // as in restartAll
	}
	s.afterSetting(err)
}
