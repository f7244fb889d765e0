package tray

import "agents-tray/tray/notify"

// A Desktop is where notifications are shown.
type Desktop struct{ notifier notify.Balloon }

// Connect finds the desktop session.
func Connect() (*Desktop, error) { return new(Desktop), nil }

// HasTray reports whether there is a place for icons.
func (d *Desktop) HasTray() bool { return true }

// Close has nothing to wait for: messages go with the icon.
func (d *Desktop) Close() { d.notifier.Close() }
