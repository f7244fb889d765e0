package instance

import (
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

// tellUnusable tells of the folders that cannot be used, and of a services file that may not be
// read.
func (i *Instance) tellUnusable() {
	for _, u := range i.options.Folders.Unusable {
		i.notice(unusableNotice(u))
	}
	if unread := i.options.Unread; unread != nil {
		notice := unusableNotice(unread)
		i.setNotice(servicesNotice, &notice)
	}
}

// unusableNotice is what there is to tell of a folder or file.
func unusableNotice(u *config.Unusable) words.Notice {
	notice := words.Notice{What: consequences[u.Purpose], More: words.UnusableMore, Arguments: []any{u.Path, u.Err, u.Purpose.Variable()}}
	if u.Owner != "" && u.Purpose == config.ForState {
		notice.What, notice.Names = words.NotKeptOther, []any{u.Owner}
	}
	switch {
	case u.Mends != "":
		notice.More, notice.Arguments = words.UnusableMended, []any{u.Path, u.Owner, u.Mends}
	case u.Owner != "":
		notice.More, notice.Arguments = words.UnusableOther, []any{u.Path, u.Owner, u.Purpose.Variable()}
	}
	return notice
}
