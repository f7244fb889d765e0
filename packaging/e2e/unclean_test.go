//go:build linux

package e2e

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

func TestAKilledTrayLeavesNothingAndIsTold(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	p.kill(syscall.SIGKILL)
	u.NoSocket()

	p = u.launch()
	item := p.Item()
	var line string
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		line = warning(menu)
		return line != ""
	})
	notification := u.Notifications.Wait(t.Context(), summary("Last session ended unexpectedly"))
	if !slices.Contains(notification.Actions, "Review") {
		t.Errorf("the notification offers %q", notification.Actions)
	}
	u.Notifications.Invoke(notification.ID, "default")
	u.opens(u.URL(u.Dashboard) + "/review")
	time.Sleep(doubleClick)
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
	if status := p.now(); status.Unclean != nil || len(status.Notices) > 0 {
		u.T.Errorf("%s: %+v %q", when, status.Unclean, status.Notices)
	}
	must(u.T, item.Click("Quit"))
	p.CleanEnd()
}

func TestNoFalseAlarms(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.noWarning("on the very first start")
	u.noWarning("after a clean end")
	p := u.launch().ready()
	second := u.launch()
	second.ends(0)
	u.Browser.Wait(t.Context())
	p.quit()
	u.noWarning("after a second launch")
}

func TestAKilledServiceIsBackAtOnce(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	before := p.now()
	chat, _ := before.Service("chat")
	must(t, syscall.Kill(chat.PID, syscall.SIGKILL))
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
	webtest.Request(t, "GET", u.URL(u.Chat)+"/healthz", nil)
}
