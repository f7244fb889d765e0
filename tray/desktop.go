package tray

// Notification is a message outside the menu.
type Notification struct {
	Summary string
	Body    string
	Urgent  bool
	// Action is the label of its one button, which like a click on the message itself
	// brings Intent. Empty: it cannot be answered.
	Action string
	Intent Intent
}
