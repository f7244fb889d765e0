//go:build cgo && (darwin || gnustep)

package notificationcenter

/*
#cgo darwin LDFLAGS: -framework Foundation -framework UserNotifications
#include "center.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"unsafe"
)

// errNoBundle says that the program is not in an application's bundle.
var errNoBundle = errors.New("only applications may show messages with buttons")

// Mac is the notification center of macOS. There is one for each program.
type Mac struct {
	opened     bool
	mu         sync.Mutex
	categories categories
}

// Open sets the delegate that hears answers. It must be called before the application has
// finished launching: a click on a message may be what launches it.
func (m *Mac) Open(answered func(token string, button int)) {
	callbacks.Lock()
	callbacks.answered = answered
	callbacks.Unlock()
	m.opened = bool(C.notificationcenter_open())
}

// Permit asks the user whether messages may be shown, the first time that it is called.
func (m *Mac) Permit(ctx context.Context) error {
	if !m.opened {
		return errNoBundle
	}
	return call(ctx, func(number C.uint64_t) { C.notificationcenter_permit(number) })
}

// Show shows a message.
func (m *Mac) Show(ctx context.Context, message Message) error {
	if !m.opened {
		return errNoBundle
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	category := m.categories.use(message.Buttons)
	text, err := json.Marshal(struct {
		Message
		Category   string     `json:"category"`
		Categories categories `json:"categories,omitempty"`
	}{message, category, m.categories})
	if err != nil {
		return err
	}
	return call(ctx, func(number C.uint64_t) {
		C.notificationcenter_show(number, unsafe.Pointer(&text[0]), C.int(len(text)))
	})
}

// Withdraw takes away the message at a place, shown or not yet.
func (m *Mac) Withdraw(place string) {
	if m.opened && place != "" {
		C.notificationcenter_withdraw(unsafe.Pointer(unsafe.StringData(place)), C.int(len(place)))
	}
}

// callbacks are what the center's threads find their way back by.
var callbacks = struct {
	sync.Mutex
	answered func(token string, button int)
	calls    map[uint64]chan error // by number
	latest   uint64
}{calls: map[uint64]chan error{}}

// call begins a call, and waits for what it comes to.
func call(ctx context.Context, begin func(number C.uint64_t)) error {
	outcome := make(chan error, 1)
	callbacks.Lock()
	callbacks.latest++
	number := callbacks.latest
	callbacks.calls[number] = outcome
	callbacks.Unlock()
	begin(C.uint64_t(number))
	select {
	case err := <-outcome:
		return err
	case <-ctx.Done():
		callbacks.Lock()
		defer callbacks.Unlock()
		delete(callbacks.calls, number)
		return ctx.Err()
	}
}

// notificationcenterReplied takes what a call has come to. That of one that nobody waits
// for any more is lost.
//
//export notificationcenterReplied
func notificationcenterReplied(number C.uint64_t, outcome C.int, reason *C.char) {
	callbacks.Lock()
	waits, ok := callbacks.calls[uint64(number)]
	delete(callbacks.calls, uint64(number))
	callbacks.Unlock()
	switch {
	case !ok:
	case outcome == C.notificationcenter_done:
		waits <- nil
	case outcome == C.notificationcenter_refused:
		waits <- ErrRefused
	default:
		waits <- fmt.Errorf("the notification center: %s", C.GoString(reason))
	}
}

// notificationcenterAnswered hears of a click. Other actions than those of buttons have no
// number, and ask for nothing.
//
//export notificationcenterAnswered
func notificationcenterAnswered(token, action *C.char) {
	callbacks.Lock()
	answered := callbacks.answered
	callbacks.Unlock()
	if button, err := strconv.Atoi(C.GoString(action)); err == nil {
		answered(C.GoString(token), button)
	}
}
