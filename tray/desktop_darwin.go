package tray

import (
	"errors"
	"sync"

	"agents-tray/tray/notificationcenter"
)

// ErrNoDesktop says that there is no desktop session to show anything in.
var ErrNoDesktop = errors.New("there is no desktop session")

// A Desktop is where notifications are shown.
type Desktop struct {
	messages *notificationcenter.Outbox

	mu sync.Mutex
	do func(Intent)
}

// Connect finds the desktop session. It must be called before Tray.Run: a click on a
// message of an earlier run may be what has started the program.
func Connect() (*Desktop, error) {
	return &Desktop{
		messages: notificationcenter.NewOutbox(new(notificationcenter.Mac), notificationcenter.Script),
		do:       func(Intent) {},
	}, nil
}

// HasTray reports whether there is a place for icons.
func (d *Desktop) HasTray() bool { return true }

// Answer has answers to notifications carried out. Until it is called they get lost.
func (d *Desktop) Answer(do func(Intent)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.do = do
}

func (d *Desktop) answer() func(Intent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.do
}
