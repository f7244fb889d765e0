//go:build !linux

package tray

// Diagnose: here the system itself shows icons and notifications.
func Diagnose() (session, icons, messages bool) { return true, true, true }
