package instance

import (
	"errors"
	"syscall"

	"agents-tray/manager/config"
	"agents-tray/tray/words"
)

// consequences are what the user is told first of a folder or file that cannot be used.
var consequences = map[config.Purpose]words.Key{
	config.ForState:    words.NotKept,
	config.ForSockets:  words.SocketsElsewhere,
	config.ForSettings: words.SettingsNotKept,
	config.ForServices: words.ServicesUnread,
}

// settingsFolderNotice is the topic of whether what is chosen in the menu is kept.
const settingsFolderNotice = "settings folder"

// tellUnusable tells of the folders that cannot be used, and of a services file that may not be
// read.
func (i *Instance) tellUnusable() {
	for _, u := range i.options.Folders.Unusable {
		if u.Purpose == config.ForSettings {
			i.tellSettingsFolder(u)
		} else {
			i.notice(unusableNotice(u))
		}
	}
	if unread := i.options.Unread; unread != nil {
		notice := unusableNotice(unread)
		i.setNotice(servicesNotice, &notice)
	}
}

// tellSettingsFolder tells that what is chosen in the menu is not kept; nil: it is, or is again.
func (i *Instance) tellSettingsFolder(u *config.Unusable) {
	if u == nil {
		i.setNotice(settingsFolderNotice, nil)
		return
	}
	notice := unusableNotice(u)
	i.setNotice(settingsFolderNotice, &notice)
}

// unusableNotice is what there is to tell of a folder or file.
func unusableNotice(u *config.Unusable) words.Notice {
	notice := words.Notice{What: consequences[u.Purpose], More: words.UnusableMore, Arguments: []any{u.Path, u.Err, u.Purpose.Variable()}}
	if u.Owner != "" && u.Purpose == config.ForState {
		notice.What, notice.Names = words.NotKeptOther, []any{u.Owner}
	}
	switch {
	case errors.Is(u.Err, syscall.ENOSPC) || errors.Is(u.Err, syscall.EROFS): // permissions are not at fault
		notice.More, notice.Arguments, notice.Detail = words.Nothing, nil, u.Path+": "+u.Err.Error()
	case u.Mends != "":
		notice.More, notice.Arguments = words.UnusableMended, []any{u.Path, u.Owner, u.Mends}
	case u.Owner != "":
		notice.More, notice.Arguments = words.UnusableOther, []any{u.Path, u.Owner, u.Purpose.Variable()}
	}
	return notice
}
