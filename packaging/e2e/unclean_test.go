//go:build linux

package e2e

import (
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

func TestAKilledTrayLeavesNothingAndIsTold(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.End()
	guardtest.NothingLeft(t, u.Mark(), deadline)
	u.NoSocket()

	p = u.launch()
	item := p.Item()
	var line string
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		line = warning(menu)
		return line != ""
	})
	notification := u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool {
		return strings.HasPrefix(n.Summary, "Last session ended unexpectedly")
	})
	if !slices.Contains(notification.Actions, "Review") {
		t.Errorf("the notification offers %q", notification.Actions)
	}
	click(t, item, line)
	url := u.Browser.Wait(t.Context())
	if url != u.URL(u.Dashboard)+"/review" {
		t.Errorf("%q opened %s", line, url)
	}
	t.Run("review", func(t *testing.T) {
		page := webtest.Open(t, 1280, url)
		for _, want := range []string{"killed", "Dashboard", "Chat"} {
			page.Shows(want)
		}
	})
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return warning(menu) == "" })
	click(t, item, "Quit")
	p.CleanEnd()
	u.noWarning("after a clean end")
}

// warning returns the menu's line about the last session, or "".
func warning(menu traytest.MenuEntry) string {
	for _, entry := range menu.Children {
		if entry.Visible && strings.HasPrefix(entry.Label, "Last session ended unexpectedly") {
			return entry.Label
		}
	}
	return ""
}

// noWarning starts the program and asserts that it has nothing to tell.
func (u *user) noWarning(when string) {
	u.T.Helper()
	p := u.launch()
	item := p.Item()
	item.WaitLabel(u.T.Context(), "Running")
	if line := warning(item.Menu()); line != "" {
		u.T.Errorf("%s: %q", when, line)
	}
	if status := p.Status("it answers", func(control.Status) bool { return true }); status.Unclean != nil || len(status.Notices) > 0 {
		u.T.Errorf("%s: %+v %q", when, status.Unclean, status.Notices)
	}
	if err := item.Click("Quit"); err != nil {
		u.T.Fatal(err)
	}
	p.CleanEnd()
}

func TestTheNotificationLeadsToTheReview(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.End()
	u.launch()
	notification := u.Notifications.Wait(t.Context(), func(traytest.Notification) bool { return true })
	u.Notifications.Invoke(notification.ID, "default")
	if url := u.Browser.Wait(t.Context()); url != u.URL(u.Dashboard)+"/review" {
		t.Errorf("it opened %s", url)
	}
}

func TestNoFalseAlarms(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.noWarning("on the very first start")
	u.noWarning("after a clean end")
	p := u.launch().ready()
	second := u.launch()
	if status := second.End(); status != 0 {
		t.Errorf("the second launch ended with status %d", status)
	}
	u.Browser.Wait(t.Context())
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.CleanEnd()
	u.noWarning("after a second launch")
}

func TestAKilledServiceIsBackAtOnce(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	before := p.Status("it answers", func(control.Status) bool { return true })
	chat, _ := before.Service("chat")
	if err := syscall.Kill(chat.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	after := p.Status("the Chat is back", func(s control.Status) bool {
		now, _ := s.Service("chat")
		return now.State == manager.Ready && now.PID != chat.PID
	})
	now, _ := after.Service("chat")
	if now.Restarts != 1 || now.LastExit == nil || now.LastExit.Signal != "SIGKILL" {
		t.Errorf("it shows %+v", now)
	}
	other, _ := after.Service("dashboard")
	if was, _ := before.Service("dashboard"); other.PID != was.PID {
		t.Error("the Dashboard did not go on")
	}
	response, err := http.Get(u.URL(u.Chat) + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

func TestAKilledGuardIsReplaced(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	before := p.Status("it answers", func(control.Status) bool { return true })
	if err := syscall.Kill(before.Guard, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	after := p.Status("all is back under a new guard", func(s control.Status) bool {
		return s.Guard != before.Guard && s.Phase == manager.PhaseRunning
	})
	for i, service := range after.Services {
		if service.PID == before.Services[i].PID {
			t.Errorf("%s is the old process", service.Name)
		}
		if parent := u.process(service.PID).Parent(); parent != after.Guard {
			t.Errorf("the parent of %s is %d", service.Name, parent)
		}
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.CleanEnd()
}

// Tray and guard together: the kernel and the lifelines end the services, and the
// next start finds its ports free.
func TestTrayAndGuardKilledTogether(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	guard := p.Status("it has a guard", func(s control.Status) bool { return s.Guard != 0 }).Guard
	for _, pid := range []int{guard, p.Process.Pid} {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	p.End()
	guardtest.NothingLeft(t, u.Mark(), deadline)
	u.launch().ready()
}
