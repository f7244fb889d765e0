//go:build linux

package traytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/godbus/dbus/v5"
)

// StartSandbox starts a session bus with the real desktop portal, and what lets a sandbox
// reach it: Flatpak's own proxy, which passes the portal and the watcher of tray icons.
// A program in the sandbox has the address, the test itself the bus.
func StartSandbox(t testing.TB) (bus *Bus, address string) {
	t.Helper()
	proxy, home := Need(t, "xdg-dbus-proxy"), t.TempDir()
	bus = startBus(t, []string{
		"PATH=" + os.Getenv("PATH"), "DISPLAY=" + StartScreen(t), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "XDG_DATA_HOME=" + home,
		"XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_CURRENT_DESKTOP=GNOME", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", "GSETTINGS_BACKEND=memory",
	}, "/usr/share/dbus-1/services")
	socket := filepath.Join(bus.dir, "sandbox")
	ready, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(proxy, "--fd=3", bus.Address, socket, "--filter", "--talk=org.freedesktop.portal.*", "--talk="+watcherName)
	command.ExtraFiles = []*os.File{write}
	gone, err := startMortal(command)
	_ = write.Close()
	if err != nil {
		_ = ready.Close()
		t.Fatalf("start the sandbox's proxy: %v", err)
	}
	t.Cleanup(func() {
		_ = ready.Close() // by which it ends
		<-gone
	})
	if _, err := ready.Read(make([]byte, 1)); err != nil { // written when it listens
		t.Fatalf("the sandbox's proxy did not start: %v", err)
	}
	return bus, "unix:path=" + dbus.EscapeBusAddressValue(socket)
}
