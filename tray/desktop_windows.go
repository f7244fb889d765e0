package tray

import "errors"

// ErrNoDesktop says that there is no desktop session to show anything in.
var ErrNoDesktop = errors.New("there is no desktop session")

// A Desktop is where notifications are shown.
type Desktop struct{ messages messages }

// Connect finds the desktop session.
func Connect() (*Desktop, error) {
	d := &Desktop{}
	d.Answer(func(Intent) {})
	return d, nil
}

// Answer has answers to notifications carried out. Until it is called they get lost. It
// must be called before there are any.
func (d *Desktop) Answer(do func(Intent)) { d.messages.answers(do) }

// HasTray reports whether there is a place for icons.
func (d *Desktop) HasTray() bool { return true }

// Notify shows a message. It does not wait for it to be shown.
func (d *Desktop) Notify(n Notification) { d.messages.show(n) }

// Withdraw takes the message of this key away, if it is shown and the system lets it.
func (d *Desktop) Withdraw(key string) { d.messages.withdraw(key) }

// Close waits for what is being shown.
func (d *Desktop) Close() { d.messages.end() }
