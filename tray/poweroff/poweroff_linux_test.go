package poweroff

import (
	"path/filepath"
	"testing"
	"time"

	"agents-tray/tray/traytest"
)

func TestTheComputerGoesDown(t *testing.T) {
	bus := traytest.StartBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	t.Setenv("XDG_SESSION_ID", "7")
	logind := bus.StartLogind(t)
	w := Begin(t.Context(), "Program", "Stops its services")
	defer w.Release()
	if got := logind.Inhibited(); got != "shutdown Program Stops its services delay" {
		t.Errorf("logind was asked to inhibit %q", got)
	}
	if w.LoggingOff() {
		t.Error("the session is not closing")
	}
	logind.LogOff()
	if !w.LoggingOff() {
		t.Error("the session is closing")
	}
	logind.PrepareForShutdown(false) // one that was called off
	logind.PrepareForShutdown(true)
	select {
	case <-w.Going():
	case <-time.After(10 * time.Second):
		t.Fatal("it was not heard of")
	}
	if logind.Released() {
		t.Error("the lock is given back too early")
	}
	w.Release()
	w.Release() // again does no harm
	logind.WaitReleased(t)
}

// Without a bus, or without logind on it, there is nothing to hear, and nothing to wait for.
func TestWithoutLogind(t *testing.T) {
	bus := traytest.StartBus(t)
	for name, address := range map[string]string{"no bus": "unix:path=" + filepath.Join(t.TempDir(), "none"), "no logind": bus.Address} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
			w := Begin(t.Context(), "Program", "Stops its services")
			if w.LoggingOff() {
				t.Error("nobody says so")
			}
			select {
			case <-w.Going():
				t.Error("nobody says so")
			default:
			}
			w.Release()
		})
	}
}
