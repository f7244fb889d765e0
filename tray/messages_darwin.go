package tray

import "agents-tray/tray/notificationcenter"

// Notify shows a message. It does not wait for it to be shown.
func (d *Desktop) Notify(n Notification) {
	buttons := make([]notificationcenter.Button, len(n.Actions))
	for i, action := range n.Actions {
		buttons[i].Label = action.Label
		if action.Intent.Verb != Nothing {
			buttons[i].Do = func() { d.answer()(action.Intent) }
		}
	}
	d.messages.Show(n.Key, n.Summary, n.Body, n.Urgent, buttons) // urgent ones make a sound; to break through a focus takes an entitlement
}

// Withdraw takes the message of this key away, if it is shown.
func (d *Desktop) Withdraw(key string) { d.messages.Withdraw(key) }

// Close waits a moment for what is still to be shown. What is shown stays.
func (d *Desktop) Close() { d.messages.Close() }
