package poweroff

import (
	"net"
	"os"
	"path/filepath"
	"strings"
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

// The system's bus may be restarted while the program runs, and what happens meanwhile is not
// heard of.
func TestTheSystemsBusIsGoneAndBack(t *testing.T) {
	bus := traytest.StartBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	logind := bus.StartLogind(t)
	w := Begin(t.Context(), "Program", "Stops its services")
	defer w.Release()
	for range 2 {
		bus.Stop()
		bus.Restart()
		logind = bus.StartLogind(t)
		logind.WaitInhibited(t)
	}
	if w.SessionEnded() || w.LoggingOff() {
		t.Error("the session goes on")
	}
	logind.PrepareForShutdown(true)
	select {
	case <-w.Going():
	case <-time.After(10 * time.Second):
		t.Fatal("it was not heard of")
	}
	bus.Stop()
	bus.Restart()
	bus.StartLogind(t).LogOff() // before or after it is asked
	select {
	case <-w.SessionOver():
	case <-time.After(10 * time.Second):
		t.Fatal("the end of the session was missed")
	}
	w.Release()
}

// Where logind knows the process, its user or nothing of it.
func TestWhoseSessionHasEnded(t *testing.T) {
	bus := traytest.StartBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	logind := bus.StartLogind(t)
	for name, at := range map[string]struct {
		id      string
		outside bool
	}{"by its id": {"7", true}, "by the process": {"", false}, "by the process, the id being old": {"6", false}, "by the user": {"", true}} {
		for _, state := range []string{"closing", ""} {
			t.Run(name+" "+state, func(t *testing.T) {
				t.Setenv("XDG_SESSION_ID", at.id)
				logind.Set("active")
				logind.Outside(at.outside)
				w := Begin(t.Context(), "Program", "Stops its services")
				defer w.Release()
				if w.SessionEnded() {
					t.Error("it is active")
				}
				logind.Set(state)
				if !w.SessionEnded() {
					t.Error("it is over")
				}
			})
		}
	}
}

// Without logind, or where it knows of no session, the display tells.
func TestTheDisplayIsGone(t *testing.T) {
	bus := traytest.StartBus(t)
	logind := traytest.StartBus(t)
	logind.StartLogind(t).Set("closing") // that of an earlier login
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for name, system := range map[string]string{"no bus": "unix:path=" + filepath.Join(t.TempDir(), "none"), "no logind": bus.Address, "no session": logind.Address} {
		for _, display := range []string{"WAYLAND_DISPLAY=wayland-7", "WAYLAND_DISPLAY=/", "DISPLAY=:4711", "DISPLAY=:4711.0", "DISPLAY=localhost:4711.0", "DISPLAY="} {
			t.Run(name+" "+display, func(t *testing.T) {
				t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
				t.Setenv("DISPLAY", "")
				t.Setenv("WAYLAND_DISPLAY", "")
				variable, value, _ := strings.Cut(display, "=")
				network, address := "unix", "@/tmp/.X11-unix/X4711"
				switch {
				case value == "/":
					address = filepath.Join(t.TempDir(), "wayland")
					value = address
				case variable == "WAYLAND_DISPLAY":
					address = filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), value)
				case strings.HasPrefix(value, "localhost"):
					network, address = "tcp", "localhost:10711"
				}
				t.Setenv(variable, value)
				server, err := net.Listen(network, address)
				if err != nil {
					t.Fatal(err)
				}
				w := Begin(t.Context(), "Program", "Stops its services")
				defer w.Release()
				if w.SessionEnded() {
					t.Error("its display is there")
				}
				server.Close()
				if over := w.SessionEnded(); over != (value != "") {
					t.Errorf("without its display it is over: %t", over)
				}
			})
		}
	}
}

// A bus that hangs holds nobody up.
func TestTheSystemsBusHangs(t *testing.T) {
	bus := traytest.StartBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	logind := bus.StartLogind(t)
	w := Begin(t.Context(), "Program", "Stops its services")
	bus.Freeze()
	defer bus.Thaw()
	if w.LoggingOff() || w.SessionEnded() {
		t.Error("nobody says so")
	}
	w.Release()
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
