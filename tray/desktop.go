package tray

import (
	"encoding/json"

	"agents-tray/tray/notify"
)

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
	// Shown is called when the desktop has shown it. Optional.
	Shown func()
}

// Action is a button of a notification.
type Action struct {
	Label  string
	Intent Intent // with the verb Nothing the message only goes away
}

// Notify shows a message. It does not wait for it to be shown.
func (d *Desktop) Notify(n Notification) {
	message := notify.Notification{Key: n.Key, Summary: n.Summary, Body: n.Body, Urgent: n.Urgent, Shown: n.Shown}
	for _, action := range n.Actions {
		message.Actions = append(message.Actions, notify.Action{Label: action.Label, Answer: action.Intent.answer()})
	}
	d.notifier.Notify(message)
}

// Withdraw takes the message of this key away, if it is shown and the system lets it.
func (d *Desktop) Withdraw(key string) { d.notifier.Withdraw(key) }

// Answer has answers to notifications carried out. Until it is called they get lost.
func (d *Desktop) Answer(do func(Intent)) {
	d.notifier.OnAnswer(func(answer, token string) {
		var intent Intent
		if json.Unmarshal([]byte(answer), &intent) == nil {
			intent.Token = token
			do(intent)
		}
	})
}

// answer is the intent as the answer of a button; empty: it asks for nothing.
func (i Intent) answer() string {
	if i.Verb == Nothing {
		return ""
	}
	text, err := json.Marshal(i)
	if err != nil {
		panic(err) // it has only fields that can be encoded
	}
	return string(text)
}
