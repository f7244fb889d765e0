package instance

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/disk"
	"agents-tray/tray"
	"agents-tray/tray/autostart"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// Do carries out a click. It does not block: what asks the manager for something goes
// on by itself, ends with the manager at the latest, and shows its outcome in the menu.
func (i *Instance) Do(intent tray.Intent) {
	on := open.Desktop{Token: intent.Token}
	switch intent.Verb {
	case tray.Open:
		i.openLater(page{intent.Service, intent.Path}, on)
	case tray.ShowLog:
		i.showLog(intent.Service, on)
	case tray.Review:
		i.openReview(on)
	case tray.Dismiss:
		i.Reviewed()
	case tray.Notices:
		if !i.openPart("", on) {
			i.answer(tray.Notification{Summary: tray.Name, Body: cmp.Or(i.noticesText(i.language), i.language.Say(words.StatusByCommand))})
		}
	case tray.Start:
		go i.manager.Start(intent.Service)
	case tray.Stop:
		go i.manager.Stop(intent.Service)
	case tray.Restart:
		go i.manager.Restart(intent.Service)
	case tray.Move:
		go i.manager.Move(intent.Service, intent.Port)
	case tray.History:
		i.openPart("/sessions", on) // the menu has it only where there is a Dashboard
	case tray.EditServices:
		i.editServices(on)
	case tray.Take:
		go i.takeAndTell(intent.Service)
	case tray.StartAll:
		i.StartAll()
	case tray.RestartAll:
		go i.restartAll()
	case tray.PauseAll:
		go i.pauseAll()
	case tray.Resume:
		go i.resume()
	case tray.CopyAddress:
		i.copy(i.serviceNamed(intent.Service).URL + intent.Path)
	case tray.CopyDiagnosis:
		i.copy(i.diagnosis())
	case tray.AtLogin:
		i.setAtLogin(intent.On)
	case tray.Notifications:
		i.afterChoice(i.settings.set(func(c *choices) { c.Quiet = !intent.On }))
	case tray.NoTray:
		i.tellNoTray()
	case tray.HasTray:
		i.noTray.Store(false)
		i.withdraw(aboutNoTray)
	case tray.DesktopGone:
		go i.endWithSession() // the system is asked
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
	set := func() {
		if err := i.changeAtLogin(on); err != nil {
			i.answer(tray.Notification{Summary: i.language.Say(words.NotChanged), Body: because(i.language, err)})
		}
	}
	if autostart.Slow() {
		go set() // it has a deadline of its own
	} else {
		set()
	}
}

// errMoved says that the program would not be found at the next login.
var errMoved = errors.New("it was moved since it was started")

// changeAtLogin has the system start the program at login, or no longer, and has it shown as it
// is then.
func (i *Instance) changeAtLogin(on bool) error {
	defer i.changed.Tell()
	if on {
		if _, err := os.Stat(i.atLogin.Program); errors.Is(err, fs.ErrNotExist) {
			return errMoved
		}
		return i.atLogin.Enable()
	}
	return i.atLogin.Disable()
}

// afterChoice is afterSetting for what is kept in our own file. It holds for this session even
// if it cannot be kept; then it is told so until the next choice is.
func (i *Instance) afterChoice(err error) {
	if err == nil {
		i.tellSettingsFolder(nil)
		return
	}
	u := i.options.Folders.SettingsProblem()
	if u == nil { // the disk is full, or can only be read
		u = &config.Unusable{Purpose: config.ForSettings, Path: i.options.Folders.Config, Err: disk.Cause(err)}
	}
	i.tellSettingsFolder(u)
	notice := unusableNotice(u)
	i.answer(tray.Notification{Summary: notice.Line(i.language), Body: notice.Rest(i.language)})
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
	i.afterChoice(err)
}

// resume starts what was paused, but what somebody has started since.
func (i *Instance) resume() {
	names := stillPaused(i.manager.Snapshot(), i.settings.get().Paused)
	err := i.settings.set(func(c *choices) { c.Paused = nil })
	for _, name := range names {
		_ = i.manager.Start(name) // as in restartAll
	}
	i.afterChoice(err)
}
