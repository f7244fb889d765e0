package control

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"agents-tray/manager/config"
	"agents-tray/manager/peer/peertest"
)

// What has happened to a running instance's folders once made a second one begin.
func TestAnInstanceIsFoundWithoutItsFolders(t *testing.T) {
	folders := emptyFolders(t)
	folders.Runtime = filepath.Join(folders.Runtime, strings.Repeat("too long for a socket", 6)) // which takes a port, and a token
	must(t, os.Mkdir(folders.Runtime, 0o700))
	i := &instance{}
	stop := runInstance(t, folders, i)
	for _, folder := range []string{folders.State, folders.Runtime} {
		must(t, os.RemoveAll(folder))
	}
	found, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	client, err := ClientFor(found)
	if err != nil {
		t.Fatal(err)
	}
	if status, err := client.Status(t.Context()); err != nil || status.PID != 42 {
		t.Errorf("%+v, %v", status, err)
	}
	must(t, os.MkdirAll(folders.State, 0o700))
	if _, err := TakeClaim(folders); !errors.Is(err, ErrRunning) {
		t.Errorf("a second one: %v", err)
	}
	stop()
	claim, err := TakeClaim(folders)
	if err != nil {
		t.Fatalf("after its end: %v", err)
	}
	if err := claim.Release(); err != nil {
		t.Error(err)
	}
}

// The program's services have its address since they were started.
func TestAnAddressServesWithoutItsFile(t *testing.T) {
	folders := emptyFolders(t)
	defer runInstance(t, folders, &instance{})()
	address, err := ReadAddress(folders.Control())
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.RemoveAll(folders.Runtime))
	if status, err := NewClient(address).Status(t.Context()); err != nil || status.PID != 42 {
		t.Errorf("%+v, %v", status, err)
	}
}

// A name has no permissions: anybody may connect.
func TestTheNameIsForThisUserOnly(t *testing.T) {
	folders := emptyFolders(t)
	i := &instance{}
	stop := runInstance(t, folders, i)
	status, body := peertest.NewUser(t).Get("http://agents-tray/v1/status", "--abstract-unix-socket", folders.Identity)
	if status != http.StatusForbidden || !strings.Contains(body, "for the user who runs Configurable Agents only") {
		t.Errorf("%d %s", status, body)
	}
	stop()
	if i.refused[""] != 1 {
		t.Errorf("told of %v refused connections", i.refused)
	}
}

// Nor does it belong to anybody: who takes it first has it, and is not taken for the instance.
func TestTheNameIsAnotherUsers(t *testing.T) {
	folders := emptyFolders(t)
	defer listenAsAnother(t, "@"+folders.Identity).Close()
	if _, err := Find(); !errors.Is(err, ErrNotRunning) {
		t.Errorf("without an instance: %v", err)
	}
	if conn, err := dial(t.Context(), byName(folders.Identity)); err == nil {
		conn.Close()
		t.Error("it connects to another user")
	}
	i := &instance{}
	defer runInstance(t, folders, i)()
	client, err := ClientFor(folders)
	if err != nil {
		t.Fatal(err)
	}
	if status, err := client.Status(t.Context()); err != nil || status.PID != 42 {
		t.Errorf("by its files: %+v, %v", status, err)
	}
}

// listenAsAnother listens as the user nobody, which takes root.
func listenAsAnother(t *testing.T, name string) net.Listener {
	t.Helper()
	listened := make(chan net.Listener)
	go func() {
		runtime.LockOSThread() // and never unlock it: the thread ends with this
		const unchanged = ^uintptr(0)
		var listener net.Listener
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, unchanged, 65534, unchanged); errno == 0 { // of this thread only
			listener, _ = net.Listen("unix", name) // nil: told below
		}
		listened <- listener
	}()
	listener := <-listened
	if listener == nil {
		t.Fatal("this test takes a second user of this computer: run it as root")
	}
	return listener
}

// Sessions of one user have other variables: of a desktop, over ssh, of cron.
func TestTheNameIsTheSameInEverySession(t *testing.T) {
	home := t.TempDir()
	link := filepath.Join(t.TempDir(), "home")
	must(t, os.Symlink(home, link))
	t.Setenv("HOME", home)
	want := config.Locate().Identity
	for name, value := range map[string]string{"HOME": link, "XDG_STATE_HOME": t.TempDir(), "XDG_RUNTIME_DIR": t.TempDir(), "TMPDIR": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if got := config.Locate().Identity; got != want {
				t.Errorf("%s, and with it %s", want, got)
			}
		})
	}
	t.Setenv("HOME", t.TempDir())
	if got := config.Locate().Identity; got == want {
		t.Error("with another home it is the same")
	}
}
