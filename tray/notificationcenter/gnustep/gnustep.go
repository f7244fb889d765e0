//go:build gnustep

// Package gnustep stands in for Apple's UserNotifications in tests on Linux, on GNUstep's
// Foundation. It keeps to what is documented of it: who calls back on which thread, what
// replaces what, what is refused and what throws.
package gnustep

/*
#cgo LDFLAGS: -lBlocksRuntime -lgnustep-base -lobjc -lpthread
#include <stdlib.h>
#include "standin.h"
*/
import "C"

import (
	"encoding/json"
	"testing"
	"unsafe"
)

// Permission is what the user has said about messages.
type Permission int

// The values are those of UNAuthorizationStatus.
const (
	NotAsked Permission = iota
	Denied
	Granted
)

// Fault is what goes wrong in the center.
type Fault string

// NoFault is the fault of a center that works.
const (
	NoFault       Fault = ""
	Authorization Fault = "authorization" // asking fails, as for a program that is not signed
	Adding        Fault = "add"           // adding a request fails
	Throwing      Fault = "throw"         // adding a request throws
)

// What people press that is not a button; the n-th button's is its number.
const (
	Click     = "com.apple.UNNotificationDefaultActionIdentifier"
	Dismissal = "com.apple.UNNotificationDismissActionIdentifier"
)

// Banner, List and Sound are how the program wants a message presented while it is in front.
const (
	Sound  = 1 << 1
	List   = 1 << 3
	Banner = 1 << 4
)

// State is what the center has.
type State struct {
	Pending, Delivered []Shown
	Categories         int
	Asked              int // how often the user was asked
	Contents           int // of messages, in memory
}

// Shown is a message.
type Shown struct {
	Place, Title, Body string
	Buttons            []string // as its category has them at the moment
	Sound              bool
	Presented          int // if the program was in front
}

// Reset makes a new computer of it, with the program in a bundle.
func Reset(p Permission) {
	C.standin_reset()
	C.standin_permission(C.int(p))
}

// Unbundle has the program run outside of a bundle.
func Unbundle() { C.standin_bundle(false) }

// Permit is the user's changing the settings.
func Permit(p Permission) { C.standin_permission(C.int(p)) }

// AwaitQuestion waits until the user is asked whether messages may be shown.
func AwaitQuestion(t testing.TB) {
	t.Helper()
	if !C.standin_await_question() {
		t.Fatal("the user is not asked")
	}
}

// Decide answers that question.
func Decide(granted bool) { C.standin_decide(C.bool(granted)) }

// Fail has things go wrong from now on.
func Fail(f Fault) {
	way := C.CString(string(f))
	defer C.free(unsafe.Pointer(way))
	C.standin_fault(way)
}

// Hold keeps messages pending, or no longer.
func Hold(held bool) { C.standin_hold(C.bool(held)) }

// Front says whether the program is in front of others.
func Front(inFront bool) { C.standin_front(C.bool(inFront)) }

// Press answers a delivered message, and reports whether the program has taken the answer.
func Press(place, action string) bool {
	where, what := C.CString(place), C.CString(action)
	defer C.free(unsafe.Pointer(where))
	defer C.free(unsafe.Pointer(what))
	return bool(C.standin_press(where, what))
}

// Look returns what the center has, after all that it was asked for before.
func Look(t testing.TB) State {
	t.Helper()
	text := C.standin_state()
	defer C.free(unsafe.Pointer(text))
	var state State
	if err := json.Unmarshal([]byte(C.GoString(text)), &state); err != nil {
		t.Fatal(err)
	}
	return state
}
