package instance

import (
	"net/http"
	"slices"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/autostart"
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
	i.Do(intent)
	return nil
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
	say := func(l words.Language) string { return l.Say(words.NotChanged) + ": " + cause(l, err) }
	return &control.Refused{Status: http.StatusConflict, Message: say(words.English), Told: say(i.language)}
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
