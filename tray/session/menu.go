package session

import (
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
	intent, ok := chosen(offered(s.Model()), do)
	if !ok {
		return control.ErrNoItem
	}
	s.Do(intent)
	return nil
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
