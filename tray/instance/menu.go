package instance

import (
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/autostart"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// Menu is the tray's menu for those without a tray, without what is hidden.
func (i *Instance) Menu() []control.MenuItem { return plain(tray.Menu(i.Model())) }

func plain(items []tray.Item) []control.MenuItem {
	list := []control.MenuItem{}
	for _, item := range items {
		if item.Hidden {
			continue
		}
		entry := control.MenuItem{Label: item.Label, Disabled: item.Disabled, Items: plain(item.Items)}
		if item.Intent != (tray.Intent{}) {
			entry.Do = item.Intent.String()
		}
		if item.Checkable {
			entry.Checked = &item.Checked
		}
		list = append(list, entry)
	}
	return list
}

// Choose does what an item of the menu does.
func (i *Instance) Choose(do string) error {
	if i.ending() {
		return manager.ErrShutDown
	}
	items := offered(i.Model())
	for _, on := range []bool{true, false} {
		if do == (tray.Intent{Verb: tray.AtLogin, On: on}).String() {
			return i.chooseAtLogin(on)
		}
	}
	intent, ok := chosen(items, do)
	if !ok && isSo(items, do) {
		return nil
	}
	if !ok {
		return control.ErrNoItem
	}
	if p, ok := i.pageOf(intent); ok {
		return i.choosePage(p)
	}
	switch intent.Verb {
	case tray.EditServices:
		path, opened, err := i.editServices(open.Desktop{})
		if err != nil {
			return i.refuseWith(func(l words.Language) string { return l.Say(words.NotTaken) + ": " + cause(l, err) })
		}
		return i.chooseFile(path, opened)
	case tray.ShowLog:
		if path, err := i.LogFile(intent.Service); err == nil {
			return i.chooseFile(path, i.openFile(path, open.Desktop{}))
		}
	}
	i.Do(intent)
	return nil
}

// refuseWith refuses a request with what say says in each language.
func (i *Instance) refuseWith(say func(words.Language) string) error {
	return &control.Refused{Status: http.StatusConflict, Message: say(words.English), Told: say(i.language)}
}

// pageOf is the page that an intent opens, if it opens one.
func (i *Instance) pageOf(intent tray.Intent) (page, bool) {
	name, ok := i.dashboard()
	switch intent.Verb {
	case tray.Open:
		return page{intent.Service, intent.Path}, true
	case tray.ShowLog:
		return i.logPage(intent.Service)
	case tray.Review:
		return page{name, "/review"}, ok
	case tray.History:
		return page{name, "/sessions"}, ok
	case tray.Notices:
		return page{name, ""}, ok
	}
	return page{}, false
}

// choosePage opens a page for somebody who is told by the error if no browser could be opened: they
// may be where no message shows.
func (i *Instance) choosePage(p page) error {
	pending := i.openLater(p, open.Desktop{})
	if i.browse.isWaiting(pending) {
		return nil
	}
	err := pending.outcome()
	switch {
	case errors.Is(err, errDropped):
		title := i.serviceNamed(p.service).Title
		return i.refuseWith(func(l words.Language) string { return l.Say(words.NotOpened, title) + ": " + cause(l, err) })
	case err != nil:
		return i.refuseWith(func(l words.Language) string {
			return l.Say(words.NoBrowser) + ". " + l.Say(words.NoBrowserBody, pending.url, cause(l, err))
		})
	}
	return nil
}

// chooseFile is choosePage for a file that is being opened.
func (i *Instance) chooseFile(path string, opened <-chan error) error {
	select {
	case err := <-opened:
		if err == nil {
			return nil
		}
		return i.refuseWith(func(l words.Language) string {
			return l.Say(words.NotOpened, filepath.Base(path)) + ". " + l.Say(words.NoBrowserBody, path, cause(l, err))
		})
	case <-time.After(browserTime): // its command runs
		return nil
	}
}

// chooseAtLogin has the program started at login, or no longer, also where the menu offers the
// other, and with the present options if it is already. The error says why that was not possible.
func (i *Instance) chooseAtLogin(on bool) error {
	switch {
	case !on && i.atLogin.State() == autostart.Off:
		return nil
	case autostart.Slow():
		i.setAtLogin(on)
		return nil
	}
	err := i.changeAtLogin(on)
	if err == nil {
		return nil
	}
	return i.refuseWith(func(l words.Language) string { return l.Say(words.NotChanged) + ": " + cause(l, err) })
}

// Text is what an item of the menu copies, or tells where there is no page that would.
func (i *Instance) Text(do string) (string, error) {
	intent, _ := chosen(tray.Menu(i.Model()), do)
	switch intent.Verb {
	case tray.CopyAddress:
		service, _ := i.manager.Snapshot().Service(intent.Service)
		return service.URL, nil
	case tray.CopyDiagnosis:
		return i.diagnosis(), nil
	}
	if _, ok := i.dashboard(); ok {
		return "", control.ErrNoItem
	}
	switch review := i.Review(); {
	case intent.Verb == tray.Review && review != nil:
		defer i.Reviewed() // whoever has asked is shown it
		return i.reviewText(review) + "\n" + i.language.Say(words.SessionsShowMore), nil
	case intent.Verb == tray.Notices:
		return i.noticesText(i.language), nil
	}
	return "", control.ErrNoItem
}

// offered is what can be chosen: the menu, moves to another port for all services whose port
// is taken, and all that was found, of which the menu shows only the first.
func offered(m tray.Model) []tray.Item {
	return slices.Concat(tray.Menu(m), tray.Moves(m), tray.Takes(m))
}

// chosen returns the intent of the item that is typed as do, if it can be chosen now.
func chosen(items []tray.Item, do string) (tray.Intent, bool) {
	for _, item := range items {
		if item.Intent.String() == do && !item.Disabled && !item.Hidden {
			return item.Intent, do != ""
		}
		if intent, ok := chosen(item.Items, do); ok {
			return intent, true
		}
	}
	return tray.Intent{}, false
}

// isSo reports whether a setting is already as it is typed to be.
func isSo(items []tray.Item, do string) bool {
	return slices.ContainsFunc(items, func(item tray.Item) bool {
		as := item.Intent
		as.On = !as.On
		return item.Checkable && !item.Disabled && !item.Hidden && as.String() == do || isSo(item.Items, do)
	})
}
