//go:build linux

package traytest

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Bus is a session bus of the test's own.
type Bus struct {
	Address string // for DBUS_SESSION_BUS_ADDRESS; a restart keeps it

	t       testing.TB
	program string   // dbus-daemon
	env     []string // of the daemon
	dir     string   // holds the socket and the daemon's configuration
	daemon  *exec.Cmd
	gone    <-chan struct{} // closed once the daemon has ended
}

// StartBus starts a bus that lives as long as the test. It starts no services on
// demand, whatever this machine has installed, but those in the given folders (a
// real desktop's are in /usr/share/dbus-1/services).
func StartBus(t testing.TB, serviceFolders ...string) *Bus {
	t.Helper()
	return startBus(t, nil, serviceFolders...)
}

// startBus is StartBus with the environment of the services that the bus starts; nil
// is the test's own.
func startBus(t testing.TB, env []string, serviceFolders ...string) *Bus {
	t.Helper()
	program := Need(t, "dbus-daemon")
	dir, err := os.MkdirTemp("", "bus") // a socket's path must be short, t.TempDir's is not
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b := &Bus{
		Address: "unix:path=" + dbus.EscapeBusAddressValue(filepath.Join(dir, "socket")),
		t:       t, program: program, dir: dir, env: env,
	}
	if err := os.WriteFile(b.config(), configuration(b.Address, serviceFolders), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Restart()
	t.Cleanup(b.Stop)
	return b
}

// Stop pulls the bus away, as a crash of the daemon does: every connection to it
// breaks, hosts and notification servers included.
func (b *Bus) Stop() {
	_ = b.daemon.Process.Kill() // an error says that it has ended already
	<-b.gone
}

// Freeze makes the daemon answer nobody, without ending.
func (b *Bus) Freeze() {
	_ = b.daemon.Process.Signal(syscall.SIGSTOP) // an error says that it has ended already
}

// Thaw has the daemon go on after Freeze.
func (b *Bus) Thaw() { _ = b.daemon.Process.Signal(syscall.SIGCONT) }

// Restart starts the bus again after Stop, at the same address.
func (b *Bus) Restart() {
	b.t.Helper()
	addresses, stdout, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	defer addresses.Close()
	var stderr bytes.Buffer
	b.daemon = exec.Command(b.program, "--nofork", "--nosyslog", "--print-address=1", "--config-file="+b.config())
	b.daemon.Env, b.daemon.Stdout = b.env, stdout
	b.daemon.Stderr = &stderr
	b.gone, err = startMortal(b.daemon)
	_ = stdout.Close()
	if err != nil {
		b.t.Fatalf("start a session bus: %v", err)
	}
	// It prints its address when it listens.
	if _, err := bufio.NewReader(addresses).ReadString('\n'); err != nil {
		<-b.gone
		b.t.Fatalf("the session bus did not start: %v\n%s", b.daemon.ProcessState, stderr.Bytes())
	}
}

// Connect returns a connection of its own, closed when the test ends.
func (b *Bus) Connect(t testing.TB) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatalf("connect to the test's session bus: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (b *Bus) config() string { return filepath.Join(b.dir, "session.conf") }

func configuration(address string, serviceFolders []string) []byte {
	var folders strings.Builder
	for _, folder := range serviceFolders {
		fmt.Fprintf(&folders, "  <servicedir>%s</servicedir>\n", html.EscapeString(folder))
	}
	return fmt.Appendf(nil, `<busconfig>
  <type>session</type>
  <listen>%s</listen>
  <auth>EXTERNAL</auth>
%s  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`, html.EscapeString(address), folders.String())
}

// startMortal starts cmd so that it dies with this process, even when that is killed,
// and closes gone when it has ended. The kernel's parent-death signal comes when the
// starting thread ends, so one goroutine keeps that thread as long as cmd lives.
func startMortal(cmd *exec.Cmd) (gone <-chan struct{}, err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	return ended, <-started
}
