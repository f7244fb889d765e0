package instance

import (
	"slices"

	"agents-tray/manager"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// Do carries out a click. It does not block: what asks the manager for something goes
// on by itself, ends with the manager at the latest, and shows its outcome in the menu.
func (i *Instance) Do(intent tray.Intent) {
	switch intent.Verb {
	case tray.Open:
		i.openLater(intent.Service, "")
	case tray.ShowLog:
		i.showLog(intent.Service)
	case tray.Review:
		i.openReview()
	case tray.Dismiss:
		i.Reviewed()
	case tray.Notices:
		i.openOwn("")
	case tray.Start:
		go i.manager.Start(intent.Service)
	case tray.Stop:
		go i.manager.Stop(intent.Service)
	case tray.Restart:
		go i.manager.Restart(intent.Service)
	case tray.Move:
		go i.manager.Move(intent.Service, intent.Port)
	case tray.History:
		i.openOwn("/sessions")
	case tray.EditServices:
		i.editServices()
	case tray.StartAll:
		i.StartAll()
	case tray.RestartAll:
		go i.restartAll()
	case tray.PauseAll:
		go i.pauseAll()
	case tray.Resume:
		go i.resume()
	case tray.CopyAddress, tray.CopyDiagnosis:
		if text, err := i.Text(intent.String()); err == nil {
			i.copy(text)
		}
	case tray.AtLogin:
		i.setAtLogin(intent.On)
	case tray.Notifications:
		i.afterSetting(i.settings.set(func(c *choices) { c.Quiet = !intent.On }))
	case tray.NoTray:
		i.tellNoTray()
	case tray.HasTray:
		i.withdraw(aboutNoTray)
	case tray.Quit:
		i.quitting.ask()
	case tray.FinishAndQuit:
		i.quitting.finish()
	case tray.KeepRunning:
		i.quitting.cancel()
	case tray.QuitNow:
		i.Quit()
	}
}

// setAtLogin has the system start the program at login, or no longer.
func (i *Instance) setAtLogin(on bool) {
	if on {
		i.afterSetting(i.atLogin.Enable())
	} else {
		i.afterSetting(i.atLogin.Disable())
	}
}

// afterSetting shows a setting as it is now; an error says why it was not changed.
func (i *Instance) afterSetting(err error) {
	if err != nil {
		i.answer(tray.Notification{Summary: i.language.Say(words.NotChanged), Body: err.Error()})
	}
	i.changed.tell()
}

// restartAll restarts all services but those that the user has stopped, or that have
// done what they were to do.
func (i *Instance) restartAll() {
	for _, service := range i.manager.Snapshot().Services {
		if service.State != manager.Stopped && service.State != manager.Completed {
			_ = i.manager.Restart(service.Name) // it is known; the end of the program may come first
		}
	}
}

// pauseAll stops all services, those that depend on others first, and remembers which.
func (i *Instance) pauseAll() {
	var names []string
	for _, service := range i.manager.Snapshot().Services {
		if service.State != manager.Stopped && service.State != manager.Completed {
			names = append(names, service.Name)
		}
	}
	still := stillPaused(i.manager.Snapshot(), i.settings.get().Paused)
	err := i.settings.set(func(c *choices) { c.Paused = append(still, names...) })
	for _, name := range slices.Backward(names) {
		_ = i.manager.Stop(name) // as in restartAll
	}
	i.afterSetting(err)
}

// resume starts what was paused, but what somebody has started since.
func (i *Instance) resume() {
	names := stillPaused(i.manager.Snapshot(), i.settings.get().Paused)
	err := i.settings.set(func(c *choices) { c.Paused = nil })
	for _, name := range names {
		_ = i.manager.Start(name) // as in restartAll
	}
	i.afterSetting(err)
}
