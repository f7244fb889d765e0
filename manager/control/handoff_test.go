package control

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/adrg/xdg"

	"agents-tray/manager"
	"agents-tray/manager/config"
)

// emptyFolders gives the test folders of its own, in which no instance is running.
func emptyFolders(t *testing.T) config.Folders {
	t.Helper()
	t.Cleanup(xdg.Reload) // after the variables are as before
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	xdg.Reload()
	folders := config.Locate()
	for _, folder := range []string{folders.State, folders.Runtime} {
		must(t, os.MkdirAll(folder, 0o700))
	}
	return folders
}

// runInstance has i claim the folders and answer; stop ends both.
func runInstance(t *testing.T, folders config.Folders, i Instance) (stop func()) {
	t.Helper()
	claim, err := TakeClaim(folders)
	if err != nil {
		t.Fatal(err)
	}
	listener, address, err := Listen(folders.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	if claim.Listener() != nil {
		address.Name = folders.Identity
	}
	server := Serve(listener, address, i, claim.Listener())
	must(t, address.Write(folders.Control()))
	return func() {
		server.Close()
		if err := claim.Release(); err != nil {
			t.Error(err)
		}
	}
}

func TestARunningInstanceIsHandedThePage(t *testing.T) {
	i := &instance{}
	defer runInstance(t, emptyFolders(t), i)()
	opening, err := HandOff(t.Context(), "Dashboard", OpenRequest{Token: "token"}, func() error { t.Error("a second instance begins"); return nil })
	if err != nil || !slices.Equal(i.asked, []string{"open dashboard"}) || opening.Problem != "token" {
		t.Errorf("asked for %q: %v", i.asked, err)
	}
}

// An instance that is ending opens nothing: the launch waits for its end, and begins.
func TestALaunchBeginsAfterAnInstanceThatIsEnding(t *testing.T) {
	folders := emptyFolders(t)
	i := &ending{instance: &instance{}, asked: make(chan struct{})}
	stop := runInstance(t, folders, i)
	go func() {
		<-i.asked
		stop()
	}()
	began := errors.New("this one begins")
	_, err := HandOff(t.Context(), "dashboard", OpenRequest{}, func() error {
		claim, err := TakeClaim(folders)
		if err != nil {
			return err
		}
		return errors.Join(began, claim.Release())
	})
	if !errors.Is(err, began) {
		t.Errorf("%v", err)
	}
}

func TestQuitWithoutAnInstance(t *testing.T) {
	emptyFolders(t)
	if ran, err := QuitRunning(t.Context()); ran || err != nil {
		t.Errorf("there was one: %t, %v", ran, err)
	}
	if _, err := Find(); !errors.Is(err, ErrNotRunning) {
		t.Errorf("found: %v", err)
	}
}

func TestQuitWaitsUntilTheInstanceIsGone(t *testing.T) {
	i := &ending{instance: &instance{}, asked: make(chan struct{})}
	stop := runInstance(t, emptyFolders(t), i)
	go func() {
		<-i.asked
		stop()
	}()
	if ran, err := QuitRunning(t.Context()); !ran || err != nil {
		t.Errorf("%t, %v", ran, err)
	}
	if _, err := Find(); !errors.Is(err, ErrNotRunning) {
		t.Errorf("it is still there: %v", err)
	}
}

// ending is an instance that ends when it is asked for anything.
type ending struct {
	*instance
	asked chan struct{}
}

func (e *ending) Quit() { close(e.asked) }

func (e *ending) Open(string, OpenRequest) (Opening, error) {
	close(e.asked)
	return Opening{}, manager.ErrShutDown
}
