//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// runs reports whether exactly these services are there, and all are ready.
func runs(s control.Status, names ...string) bool {
	if len(s.Services) != len(names) {
		return false
	}
	for _, name := range names {
		if service, _ := s.Service(name); service.State != manager.Ready {
			return false
		}
	}
	return true
}

// pidOf is the process of a service.
func pidOf(s control.Status, name string) int {
	service, _ := s.Service(name)
	return service.PID
}

// Saving the services file applies it: what is the same goes on, the menu follows, a mistake
// changes nothing and is told once, with a button to the file, and the record goes on.
func TestSavingTheServicesFileAppliesIt(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	dashboard := fmt.Sprintf("  dashboard: {builtin: dashboard, listen: 127.0.0.1:%d}\n", u.Dashboard)
	u.WithServices(dashboard + "  same: {command: sleep 601}\n  changed: {command: sleep 602}\n  gone: {command: sleep 603}\n")
	p := u.launchExactly()
	item := p.Item()
	before := p.Status("all run", func(s control.Status) bool { return runs(s, "dashboard", "same", "changed", "gone") })

	u.WithServices(dashboard + "  new: {command: sleep 604, title: Newcomer}\n  changed: {command: sleep 605}\n  same: {command: sleep 601}\n")
	after := p.Status("the new ones run", func(s control.Status) bool { return runs(s, "dashboard", "new", "changed", "same") })
	for _, name := range []string{"same", "dashboard"} {
		if pidOf(before, name) != pidOf(after, name) {
			t.Errorf("%s was restarted", name)
		}
	}
	if pidOf(before, "changed") == pidOf(after, "changed") {
		t.Error("what has changed was not restarted")
	}
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		_, newcomer := menu.Find("Services", "Newcomer", "Restart")
		_, gone := menu.Find("Services", "gone")
		return newcomer && !gone
	})

	u.WithServices(dashboard + "  same: {comand: sleep 601}\n")
	const told = "The services file has a mistake: nothing was changed"
	mistake := u.Notifications.Wait(t.Context(), summary(told))
	if want := "services.yaml has a mistake in line 3: services.same.comand: there is no such key"; !strings.Contains(mistake.Body, want) {
		t.Errorf("it says %q", mistake.Body)
	}
	p.Status("the same run", func(s control.Status) bool { return runs(s, "dashboard", "new", "changed", "same") })
	item.WaitLabel(t.Context(), told)
	u.Notifications.Invoke(mistake.ID, "default")
	file := filepath.Join(u.Folder, "config", "agents-tray", "services.yaml")
	if opened := u.Browser.Wait(t.Context()); opened != file && opened != "file://"+file {
		t.Errorf("the button opened %s", opened)
	}

	u.WithServices(dashboard + "  same: {command: sleep 601}\n")
	p.Status("the mended file counts", func(s control.Status) bool { return runs(s, "dashboard", "same") && len(s.Notices) == 0 })
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		_, newcomer := menu.Find("Services", "Newcomer")
		_, whole := menu.Find("Quit")
		return !newcomer && whole
	})
	click(t, item, "Services", "same", "Restart") // which the new entry does
	p.Status("it was restarted", func(s control.Status) bool {
		return runs(s, "dashboard", "same") && pidOf(s, "same") != pidOf(after, "same")
	})
	click(t, item, "Quit")
	p.CleanEnd()
	if history := u.Command("sessions", "show"); strings.Count(history, "applied") < 2 || !strings.Contains(history, "added new; removed gone; changed changed; restarted changed") {
		t.Errorf("the record says\n%s", history)
	}
}

// What was not there at the start may come, and what is removed changes nothing until it is back.
func TestAServicesFileThatComesAndGoes(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	folder := filepath.Join(u.Folder, "config", "agents-tray")
	p := u.launchExactly("ui", "--dashboard-port", fmt.Sprint(u.Dashboard), "--chat-port", fmt.Sprint(u.Chat)).ready()
	u.WithServices("  web: {command: sleep 601}\n")
	p.Status("the file counts", func(s control.Status) bool { return runs(s, "web") })
	must(t, os.Rename(filepath.Join(folder, "services.yaml"), filepath.Join(folder, "kept.yaml")))
	p.Status("its absence is told", func(s control.Status) bool {
		return runs(s, "web") && len(s.Notices) == 1 && strings.HasPrefix(s.Notices[0], "The services file is gone: nothing was changed. services.yaml is gone")
	})
	must(t, os.Symlink("kept.yaml", filepath.Join(folder, "services.yaml")))
	p.Status("it is back", func(s control.Status) bool { return runs(s, "web") && len(s.Notices) == 0 })
	must(t, os.WriteFile(filepath.Join(folder, "kept.yaml"), []byte("services:\n  web: {command: sleep 602}\n  other: {command: sleep 603}\n"), 0o600))
	p.Status("what the link leads to counts", func(s control.Status) bool { return runs(s, "web", "other") })
	u.Command("quit")
	p.CleanEnd()
}

// What is added while all is paused waits with the others.
func TestWhatIsAddedWhilePaused(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices("  a: {command: sleep 601}\n")
	p := u.launchExactly("ui").ready()
	u.Command("pause")
	p.Status("it is paused", func(s control.Status) bool { return s.Services[0].State == manager.Stopped })
	u.WithServices("  a: {command: sleep 602}\n  b: {command: sleep 603}\n")
	p.Status("both are there and stopped", func(s control.Status) bool {
		return len(s.Services) == 2 && s.Services[0].State == manager.Stopped && s.Services[1].ByHand
	})
	u.Command("resume")
	p.Status("both run", func(s control.Status) bool { return runs(s, "a", "b") })
	u.Command("quit")
	p.CleanEnd()
}

// That the built-in services are open to other users counts at once, as what stands beside it.
func TestOtherUsersAreLetInAtOnce(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	services := fmt.Sprintf("  home: {builtin: dashboard, listen: 127.0.0.1:%d}\n", u.Dashboard)
	u.WithServices(services)
	p := u.launchExactly("ui")
	before := p.Status("it runs", func(s control.Status) bool { return runs(s, "home") && len(s.Notices) == 0 })
	u.WithServices(services + "settings: {other_users: true}\n")
	p.Status("it is open, and that is told", func(s control.Status) bool {
		return runs(s, "home") && pidOf(s, "home") != pidOf(before, "home") && len(s.Notices) == 1 && strings.Contains(s.Notices[0], "Other users of this computer")
	})
	u.WithServices(services)
	p.Status("it is closed", func(s control.Status) bool { return runs(s, "home") && len(s.Notices) == 0 })
	u.Command("quit")
	p.CleanEnd()
}
