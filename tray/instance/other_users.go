package instance

import (
	"fmt"
	"slices"
	"time"

	"agents-tray/manager/spec"
	"agents-tray/sessiondb"
	"agents-tray/tray/words"
)

// tellOtherUsers tells that other users of the computer can use the built-in services.
func (i *Instance) tellOtherUsers() {
	if slices.ContainsFunc(i.options.Services, func(s spec.ServiceSpec) bool { return s.OtherUsers }) {
		i.notice(words.Notice{What: words.OpenToOthers, More: words.OpenToOthersMore})
		i.record.Add(sessiondb.Event{At: time.Now(), Kind: "other users"})
	}
}

// OtherUsers records that connections of other users of the computer were refused.
func (i *Instance) OtherUsers(service string, count int) {
	detail := "1 connection of another user of this computer was refused"
	if count != 1 {
		detail = fmt.Sprintf("%d connections of other users of this computer were refused", count)
	}
	i.record.Add(sessiondb.Event{At: time.Now(), Service: service, Kind: "refused", Detail: detail})
}
