package instance

import (
	"fmt"
	"slices"
	"time"

	"agents-tray/manager/spec"
	"agents-tray/sessiondb"
	"agents-tray/tray/words"
)

// othersNotice is the topic of whether other users can use the built-in services.
const othersNotice = "other users"

// tellOtherUsers tells that other users of the computer can use the built-in services, where
// that was not so before.
func (i *Instance) tellOtherUsers(before []spec.ServiceSpec) {
	open := func(services []spec.ServiceSpec) bool {
		return slices.ContainsFunc(services, func(s spec.ServiceSpec) bool { return s.OtherUsers })
	}
	switch was, is := open(before), open(i.services()); {
	case is && !was:
		i.setNotice(othersNotice, &words.Notice{What: words.OpenToOthers, More: words.OpenToOthersMore})
		i.record.Add(sessiondb.Event{At: time.Now(), Kind: "other users"})
	case was && !is:
		i.setNotice(othersNotice, nil)
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
