package instance

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"

	"agents-tray/manager/config"
	"agents-tray/manager/guard"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/tray"
)

func TestMain(m *testing.M) {
	guardtest.Main(guard.Main)
	os.Exit(m.Run())
}

// desk is a desktop that keeps the messages on it, by key.
type desk struct {
	mu    sync.Mutex
	shown map[string]tray.Notification
}

func (d *desk) Notify(n tray.Notification) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown[n.Key] = n
}

func (d *desk) Withdraw(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.shown, key)
}

// labels are the buttons of the message of a key; nil without one.
func (d *desk) labels(key string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var labels []string
	for _, action := range d.shown[key].Actions {
		labels = append(labels, action.Label)
	}
	return labels
}

// emptyFolders are the folders of somebody who has not used the program yet.
func emptyFolders(t *testing.T) config.Folders {
	t.Helper()
	folders := config.Folders{State: t.TempDir(), Config: t.TempDir(), Runtime: t.TempDir()}
	must(t, os.Mkdir(folders.Logs(), 0o700))
	return folders
}

// begun begins a session without services, which ends with the test.
func begun(t *testing.T) (*Instance, *desk) {
	t.Helper()
	t.Setenv("LANG", "C")
	s, err := Begin(t.Context(), Options{Version: "v1.2.3", Folders: emptyFolders(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.End(context.Background()); err != nil {
			t.Error(err)
		}
	})
	d := &desk{shown: map[string]tray.Notification{}}
	s.SetDesktop(d)
	return s, d
}

// From the click on Quit to the end, with a workflow that runs: question, change of
// mind, question, and the end once it is done.
func TestQuitWaitsForWorkflows(t *testing.T) {
	s, d := begun(t)
	asked := func() bool {
		select {
		case <-s.QuitAsked():
			return true
		default:
			return false
		}
	}
	s.quitting.set([]string{"Import"})
	s.Do(tray.Intent{Verb: tray.Quit})
	if m := s.Model(); m.Quitting == nil || m.Quitting.Decided || asked() {
		t.Errorf("after Quit: %+v, ended %t", m.Quitting, asked())
	}
	if w := s.Status().Quitting; w == nil || w.Workflows != 1 || !w.Asked || w.Decided || !w.Deadline.Equal(s.Model().Quitting.Deadline) {
		t.Errorf("after Quit the status tells %+v", w)
	}
	if got, want := d.labels(aboutQuit), []string{"Finish, then quit", "Stop now and quit", "Do not quit"}; !slices.Equal(got, want) {
		t.Errorf("the message offers %q", got)
	}
	must(t, s.Choose("keep-running"))
	if m := s.Model(); m.Quitting != nil || s.Status().Quitting != nil || d.labels(aboutQuit) != nil || asked() {
		t.Errorf("after a change of mind: %+v, %q", m.Quitting, d.labels(aboutQuit))
	}
	must(t, s.Choose("quit"))
	must(t, s.Choose("finish"))
	if m := s.Model(); m.Quitting == nil || !m.Quitting.Decided || asked() {
		t.Errorf("after the decision: %+v", m.Quitting)
	}
	if w := s.Status().Quitting; w == nil || w.Asked || !w.Decided {
		t.Errorf("after the decision the status tells %+v", w)
	}
	if got, want := d.labels(aboutQuit), []string{"Do not quit", "Stop now and quit"}; !slices.Equal(got, want) {
		t.Errorf("the message offers %q", got)
	}
	s.quitting.set(nil)
	if !asked() || d.labels(aboutQuit) != nil {
		t.Error("the workflow is done, and the program goes on")
	}
}

// Without workflows Quit asks nothing, and a signal never does.
func TestQuitAsksNothingWithoutWorkflows(t *testing.T) {
	s, d := begun(t)
	if err := s.Choose("finish"); err == nil {
		t.Error("nobody has wished to quit")
	}
	s.Do(tray.Intent{Verb: tray.Quit})
	<-s.QuitAsked()
	if d.labels(aboutQuit) != nil {
		t.Error("it asks")
	}
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
