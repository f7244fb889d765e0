//go:build linux

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// patience bounds every wait; nothing here takes as long unless it is broken.
const patience = 30 * time.Second

// deadline is when nothing may be left after a kill: the guard's grace and a second.
const deadline = manager.Grace + time.Second

// binary builds the program once, with the race detector if the tests have it.
var binary = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "agents-tray-test-*")
	if err != nil {
		return "", err
	}
	args := []string{"build", "-o", folder + "/agents-tray"}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return folder, fmt.Errorf("go %v: %w\n%s", args, err, out)
	}
	return folder + "/agents-tray", nil
})

func TestMain(m *testing.M) {
	guardtest.Main(guard.Main)
	status := m.Run()
	webtest.Stop()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(status)
}

// user is somebody with folders, ports and perhaps a desktop of their own.
type user struct {
	t               testing.TB
	folder          string
	dashboard, chat int
	system          string // address of the system's bus
	bus             *traytest.Bus
	panel           *traytest.Host
	notifications   *traytest.Notifications
	browser         *traytest.Browser
	language        string // a locale; empty: none is chosen
}

// newUser makes a user without a desktop.
func newUser(t testing.TB) *user {
	u := &user{t: t, folder: t.TempDir(), dashboard: guardtest.FreePort(t), chat: guardtest.FreePort(t)}
	u.system = "unix:path=" + filepath.Join(u.folder, "no-system-bus")
	for _, name := range []string{"state", "config", "run"} {
		if err := os.Mkdir(filepath.Join(u.folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { guardtest.NothingLeft(t, u.mark(), deadline) })
	return u
}

// withDesktop gives the user a session bus, a panel, notifications and a browser.
func (u *user) withDesktop() *user {
	u.bus = traytest.StartBus(u.t)
	u.panel = u.bus.StartHost(u.t)
	u.notifications = u.bus.StartNotifications(u.t)
	u.browser = traytest.FakeBrowser(u.t)
	return u
}

// withServices gives the user a services file.
func (u *user) withServices(text string) *user {
	u.t.Helper()
	file := filepath.Join(u.folder, "config", "agents-tray", "services.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		u.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("services:\n"+text), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return u
}

// mark is in the environment of everything the user's program starts.
func (u *user) mark() string { return "XDG_STATE_HOME=" + filepath.Join(u.folder, "state") }

func (u *user) state(name string) string {
	return filepath.Join(u.folder, "state", "agents-tray", name)
}

// address is where the running instance answers.
func (u *user) address() (control.Address, error) {
	run := filepath.Join(u.folder, "run", "agents-tray")
	return control.ReadAddress(u.state("control.json"), filepath.Join(run, "control.json"), filepath.Join(run, "state", "control.json"))
}

func (u *user) environment() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + u.folder, u.mark(),
		"GORACE=exitcode=0 atexit_sleep_ms=0", // ourRaces judges: the tray library has one of its own
		"XDG_CONFIG_HOME=" + filepath.Join(u.folder, "config"),
		"XDG_RUNTIME_DIR=" + filepath.Join(u.folder, "run"),
		"DBUS_SYSTEM_BUS_ADDRESS=" + u.system,
		"LANG=" + u.language,
	}
	if u.bus != nil {
		env[0] = "PATH=" + u.browser.Dir + ":" + os.Getenv("PATH")
		env = append(env, "DBUS_SESSION_BUS_ADDRESS="+u.bus.Address)
	}
	return env
}

// command runs another agents-tray to its end, and returns what it printed.
func (u *user) command(args ...string) string {
	u.t.Helper()
	p := u.launchExactly(args...)
	if status := p.end(); status != 0 {
		u.t.Errorf("agents-tray %v: exit status %d: %s", args, status, p.out.String())
	}
	return p.out.String()
}

func (u *user) url(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

// nothingLeft asserts that no process, socket, lock or open port is left.
func (u *user) nothingLeft() {
	u.t.Helper()
	guardtest.NothingLeft(u.t, u.mark(), time.Second)
	for _, file := range []string{u.state("control.json"), u.state("instance.lock")} {
		if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
			u.t.Errorf("%s is left (%v)", file, err)
		}
	}
	u.noSocket()
	for _, port := range []int{u.dashboard, u.chat} {
		if listens(port) {
			u.t.Errorf("port %d still takes connections", port)
		}
	}
}

// noSocket asserts that no control socket is left.
func (u *user) noSocket() {
	u.t.Helper()
	left, err := os.ReadDir(filepath.Join(u.folder, "run", "agents-tray"))
	if err != nil && !errors.Is(err, os.ErrNotExist) || len(left) > 0 {
		u.t.Errorf("left in the runtime folder: %v (%v)", left, err)
	}
}

// listens reports whether somebody takes connections on a port. That it cannot be bound
// would prove less: any program's connection may have been given its number.
func listens(port int) bool {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	defer conn.Close()
	return conn.LocalAddr().String() != conn.RemoteAddr().String() // else it has met itself
}
