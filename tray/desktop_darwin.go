package tray

import "agents-tray/tray/notify"

// A Desktop is where notifications are shown.
type Desktop struct{ notifier *notify.Script }

// Connect finds the desktop session.
func Connect() (*Desktop, error) { return &Desktop{notify.NewScript()}, nil }

// HasTray reports whether there is a place for icons.
func (d *Desktop) HasTray() bool { return true }

// Close waits a moment for what is still to be shown. What is shown stays.
func (d *Desktop) Close() { d.notifier.Close() }
