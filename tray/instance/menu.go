package session

import (
	"slices"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray"
)

// Menu is the tray's menu for those without a tray, without what is hidden.
func (s *Session) Menu() []control.MenuItem { return plain(tray.Menu(s.Model())) }

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
func (s *Session) Choose(do string) error {
	if s.ending() {
		return manager.ErrShutDown
	}
	items := offered(s.Model())
	intent, ok := chosen(items, do)
	if !ok && isSo(items, do) {
		return nil
	}
	if !ok {
		return control.ErrNoItem
	}
	s.Do(intent)
	return nil
}

// Text is what an item of the menu copies.
func (s *Session) Text(do string) (string, error) {
	intent, _ := chosen(tray.Menu(s.Model()), do)
	switch intent.Verb {
	case tray.CopyAddress:
		service, _ := s.manager.Snapshot().Service(intent.Service)
		return service.URL, nil
	case tray.CopyDiagnosis:
		return s.diagnosis(), nil
	}
	return "", control.ErrNoItem
}

// offered is what can be chosen: the menu, and of the ways out of taken ports all, not
// only the one that the menu has a place for.
func offered(m tray.Model) []tray.Item { return append(tray.Menu(m), tray.Moves(m)...) }

// chosen is what the item asks for that is typed like this.
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
