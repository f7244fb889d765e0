//go:build linux

package harness

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/tray/traytest"
)

// Patience bounds every wait; nothing here takes as long unless it is broken.
const Patience = 30 * time.Second

// Deadline is when nothing may be left after a kill: the guard's grace and a second.
const Deadline = manager.Grace + time.Second

// User is somebody with folders, ports and perhaps a desktop of their own.
type User struct {
	T               testing.TB
	Folder          string // holds the folders named state, config and run
	Dashboard, Chat int    // ports
	System          string // address of the system's bus
	Bus             *traytest.Bus
	Panel           *traytest.Host
	Notifications   *traytest.Notifications
	Browser         *traytest.Browser
	Language        string // a locale; empty: none is chosen
	Build           string // the program; empty: one is built for tests
}

// NewUser makes a user without a desktop, who has used the program before.
func NewUser(t testing.TB) *User {
	u := &User{T: t, Folder: t.TempDir(), Dashboard: guardtest.FreePort(t), Chat: guardtest.FreePort(t)}
	u.System = "unix:path=" + filepath.Join(u.Folder, "no-system-bus")
	for _, name := range []string{"state", "config", "run"} {
		if err := os.Mkdir(filepath.Join(u.Folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	settings := filepath.Join(u.Folder, "config", "agents-tray", "tray.json") // nobody is welcomed any more
	if err := os.Mkdir(filepath.Dir(settings), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte(`{"welcome": "over"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.races)
	t.Cleanup(func() { guardtest.NothingLeft(t, u.Mark(), Deadline) })
	return u
}

// WithDesktop gives the user a session bus, a panel, notifications and a browser.
func (u *User) WithDesktop() {
	u.Bus = traytest.StartBus(u.T)
	u.Panel = u.Bus.StartHost(u.T)
	u.Notifications = u.Bus.StartNotifications(u.T)
	u.Browser = traytest.FakeBrowser(u.T)
}

// WithServices gives the user a services file with these services, which is found without
// being named.
func (u *User) WithServices(text string) {
	u.T.Helper()
	file := filepath.Join(u.Folder, "config", "agents-tray", "services.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		u.T.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("services:\n"+text), 0o600); err != nil {
		u.T.Fatal(err)
	}
}

// Mark is in the environment of everything the user's program starts.
func (u *User) Mark() string { return "XDG_STATE_HOME=" + filepath.Join(u.Folder, "state") }

// State is the path of a file in the state folder.
func (u *User) State(name string) string {
	return filepath.Join(u.Folder, "state", "agents-tray", name)
}

// Address is where the running instance answers.
func (u *User) Address() (control.Address, error) {
	run := filepath.Join(u.Folder, "run", "agents-tray")
	return control.ReadAddress(u.State("control.json"), filepath.Join(run, "control.json"), filepath.Join(run, "state", "control.json"))
}

// Environment is what the user's programs start with.
func (u *User) Environment() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + u.Folder, u.Mark(),
		"GORACE=" + raceLog(u.Folder),
		"XDG_CONFIG_HOME=" + filepath.Join(u.Folder, "config"),
		"XDG_RUNTIME_DIR=" + filepath.Join(u.Folder, "run"),
		"DBUS_SYSTEM_BUS_ADDRESS=" + u.System,
		"LANG=" + u.Language,
	}
	if u.Bus != nil {
		env[0] = "PATH=" + u.Browser.Dir + ":" + os.Getenv("PATH")
		env = append(env, "DBUS_SESSION_BUS_ADDRESS="+u.Bus.Address)
	}
	return env
}

// Command runs another agents-tray to its end, and returns what it printed.
func (u *User) Command(args ...string) string {
	u.T.Helper()
	p := u.LaunchExactly(args...)
	if status := p.End(); status != 0 {
		u.T.Errorf("agents-tray %v: exit status %d: %s", args, status, p.Out.String())
	}
	return p.Out.String()
}

// URL is that of a service by its port.
func (u *User) URL(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

// NothingLeft asserts that no process, socket, lock or open port is left.
func (u *User) NothingLeft() {
	u.T.Helper()
	guardtest.NothingLeft(u.T, u.Mark(), time.Second)
	for _, file := range []string{u.State("control.json"), u.State("instance.lock")} {
		if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
			u.T.Errorf("%s is left (%v)", file, err)
		}
	}
	u.NoSocket()
	for _, port := range []int{u.Dashboard, u.Chat} {
		if Listens(fmt.Sprintf("127.0.0.1:%d", port)) {
			u.T.Errorf("port %d still takes connections", port)
		}
	}
}

// NoSocket asserts that no control socket is left.
func (u *User) NoSocket() {
	u.T.Helper()
	left, err := os.ReadDir(filepath.Join(u.Folder, "run", "agents-tray"))
	if err != nil && !errors.Is(err, os.ErrNotExist) || len(left) > 0 {
		u.T.Errorf("left in the runtime folder: %v (%v)", left, err)
	}
}

// Listens reports whether somebody takes connections at an address. That it cannot be bound
// would prove less: any program's connection may have been given its port.
func Listens(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	defer conn.Close()
	return conn.LocalAddr().String() != conn.RemoteAddr().String() // else it has met itself
}
