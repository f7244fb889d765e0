// Package notify shows messages to the user outside the tray's menu. Each backend is in a
// file of its own: the desktop's notification server or portal on Linux, a balloon of the
// tray icon on Windows, osascript on macOS.
package notify

// Notifier shows messages. Its methods do not wait for the desktop.
type Notifier interface {
	// Notify shows a message, in the place of an earlier one with the same key.
	Notify(Notification)
	// Withdraw takes the message of a key away, as far as the system can.
	Withdraw(key string)
	// OnAnswer has answers given to do, one at a time, with the desktop's permission for what
	// the answer opens to come to the front, if it gave one. Until it is called they get lost.
	OnAnswer(do func(answer, token string))
	// Close returns when what is to be shown is shown, or after a short time.
	Close()
}

// Notification is a message.
type Notification struct {
	// Key is what the message is about: a later one with the same key takes its place.
	// Empty: it has nothing to do with others.
	Key     string
	Summary string
	Body    string
	Urgent  bool
	// Actions are its buttons; the first is also what a click on the message itself
	// brings. None: it cannot be answered.
	Actions []Action
	// Shown is called once, in a goroutine of its own, when the system has shown it. Optional.
	Shown func()
}

// tellShown says that n is shown.
func (n Notification) tellShown() {
	if n.Shown != nil {
		go n.Shown()
	}
}

// Action is a button.
type Action struct {
	Label  string
	Answer string // what OnAnswer's function is given; empty: the message only goes away
}
