// Package notificationcenter shows messages with buttons in macOS's notification center.
// Outbox has the rules, which are the same wherever it runs; Mac is the notification
// center itself.
package notificationcenter

import (
	"context"
	"errors"
)

// A Message is what is shown at one place.
type Message struct {
	Place   string   `json:"place"` // a later message at the same place takes its place
	Token   string   `json:"token"` // names the message in an answer
	Title   string   `json:"title"`
	Body    string   `json:"body"`
	Sound   bool     `json:"sound"`
	Buttons []string `json:"-"` // labels
}

// ErrRefused says that the user wants no messages of this program.
var ErrRefused = errors.New("the user wants no messages of this program")

// A Center is where messages are shown. Permit and Show wait until they are answered, or
// their context ends; the other calls do not wait.
type Center interface {
	// Open has answers heard from now on, on a thread of the center's. A click on the
	// message itself is button 0.
	Open(answered func(token string, button int))
	// Permit asks the user whether messages may be shown, the first time that it is called.
	// Its error is ErrRefused, or says why the center shows nothing.
	Permit(context.Context) error
	// Show shows a message.
	Show(context.Context, Message) error
	// Withdraw takes away the message at a place.
	Withdraw(place string)
}
