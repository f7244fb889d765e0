package tray

// Notification is a message outside the menu.
type Notification struct {
	// Key is what the message is about: a later one with the same key takes its place.
	Key     string
	Summary string
	Body    string
	Urgent  bool
	// Actions are its buttons; the first is also what a click on the message itself
	// brings. None: it cannot be answered.
	Actions []Action
}

// Action is a button of a notification.
type Action struct {
	Label  string
	Intent Intent // with the verb Nothing the message only goes away
}
