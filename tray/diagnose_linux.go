package tray

import (
	"context"
	"slices"
)

// Diagnose looks for a session of the desktop, and for what shows icons and notifications in it.
func Diagnose() (session, icons, messages bool) {
	desktop, err := Connect()
	if err != nil {
		return false, false, false
	}
	defer desktop.Close()
	ctx, cancel := context.WithTimeout(desktop.ctx, answerTime)
	defer cancel()
	const service = "org.freedesktop.Notifications"
	for _, list := range []string{"ListNames", "ListActivatableNames"} {
		var names []string
		if desktop.connection().BusObject().CallWithContext(ctx, "org.freedesktop.DBus."+list, 0).Store(&names) == nil {
			messages = messages || slices.Contains(names, service)
		}
	}
	return true, desktop.HasTray(), messages
}
