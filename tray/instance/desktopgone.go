package instance

import (
	"os"

	"agents-tray/tray/open"
)

// A movable desktop is one whose bus may be gone while another session has its own.
type movable interface {
	Gone() bool
	Moved() // the environment names another bus
}

// busVariable names the bus of a desktop.
const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// endWithSession asks for the end if the session is over that the icon was in, and reports
// whether it is.
func (i *Instance) endWithSession() bool {
	power := i.power.Load()
	over := power != nil && !i.options.OutlivesSession && power.SessionEnded()
	if over {
		i.QuitBecause(ByLogOff)
	}
	return over
}

// followTo lets somebody who asks for a page from another session have the icon as well, if the
// one that it was in is gone: there, or, where this instance was to end with its session, by
// an instance of their own. Then this one ends, and followTo returns true.
func (i *Instance) followTo(on open.Desktop) (ends bool) {
	i.mu.Lock()
	desktop, ok := i.desktop.(movable)
	i.mu.Unlock()
	bus := on.Variable(busVariable)
	if !ok || bus == "" || bus == os.Getenv(busVariable) || !desktop.Gone() {
		return false
	}
	if i.endWithSession() {
		return true
	}
	on.Adopt()
	desktop.Moved()
	return false
}
