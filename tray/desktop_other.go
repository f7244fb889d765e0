//go:build !linux

package tray

import "errors"

// iconBeforeRun: before it runs, the library cannot take an icon here.
const iconBeforeRun = false

// ErrNoDesktop says that there is no desktop session to show anything in.
var ErrNoDesktop = errors.New("there is no desktop session")

// A Desktop is where notifications are shown. On this system there are none yet: what
// they would say is in the menu and on the Dashboard.
type Desktop struct{}

// Connect finds the desktop session.
func Connect(func(Intent)) (*Desktop, error) { return &Desktop{}, nil }

// HasTray reports whether there is a place for icons.
func (d *Desktop) HasTray() bool { return true }

func (d *Desktop) follow(<-chan struct{}) {}

func (d *Desktop) iconTitle(expected string) string { return expected }

// Notify has nowhere to show a message.
func (d *Desktop) Notify(Notification) {}

// Close has nothing to end.
func (d *Desktop) Close() {}
