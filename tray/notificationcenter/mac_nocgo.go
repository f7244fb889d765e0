//go:build darwin && !cgo

package notificationcenter

import (
	"context"
	"errors"
)

// Mac stands in for the notification center where the program was built without cgo.
type Mac struct{}

var errNoCgo = errors.New("this program was built without messages of its own")

// Open has nobody to hear.
func (*Mac) Open(func(token string, button int)) {}

// Permit says that nothing can be shown.
func (*Mac) Permit(context.Context) error { return errNoCgo }

// Show does so, too.
func (*Mac) Show(context.Context, Message) error { return errNoCgo }

// Withdraw has nothing to take away.
func (*Mac) Withdraw(string) {}
