//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/tray/traytest"
)

func summary(text string) func(traytest.Notification) bool {
	return func(n traytest.Notification) bool { return strings.HasPrefix(n.Summary, text) }
}

// One message tells of services that fail together; it changes with them, and what it
// offers works.
func TestMessagesAboutFailures(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	gate := filepath.Join(u.Folder, "gate")
	script := fmt.Sprintf(`{command: [sh, -c, "test -e %s || { echo the model is missing; exit 3; }; exec sleep 600"], title: %%s, restart: {max_delay: 10ms, give_up: 3 in 60s}}`, gate)
	u.WithServices("  a: " + fmt.Sprintf(script, "Model server") + "\n  b: " + fmt.Sprintf(script, "Index") + "\n  dashboard: {builtin: dashboard, listen: " + fmt.Sprintf("127.0.0.1:%d}\n", u.Dashboard))
	p := u.launchExactly()
	item := p.Item()
	both := u.Notifications.Wait(t.Context(), summary("2 services have failed"))
	if !strings.Contains(both.Body, "Model server keeps crashing\nIndex keeps crashing") {
		t.Errorf("the message says %q", both.Body)
	}
	item.WaitProperties(t.Context(), func(state traytest.Properties) bool {
		return strings.Contains(state.Title, "Model server keeps crashing")
	})
	must(t, os.WriteFile(gate, nil, 0o600))
	click(t, item, "Services", "Model server", "Restart")
	one := u.Notifications.Wait(t.Context(), summary("Index keeps crashing"))
	if one.Replaces != both.ID || !strings.Contains(one.Body, "It ended with an error (exit 3).") || !strings.Contains(one.Body, "the model is missing") {
		t.Errorf("the message is %+v", one)
	}
	if want := []string{"default", "Open log", "0", "Open log", "1", "Restart", "2", "Dismiss"}; !slices.Equal(one.Actions, want) {
		t.Errorf("it offers %q", one.Actions)
	}
	u.Notifications.Invoke(one.ID, "1") // Restart
	u.Notifications.Wait(t.Context(), summary("Index is running again"))
	item.WaitLabel(t.Context(), "Running")
}

// Switched off, nothing is shown; switched on, at once again.
func TestNotificationsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices("  web: {command: [sh, -c, exit 3], restart: {max_delay: 10ms, give_up: 3 in 60s}}\n")
	p := u.launchExactly()
	item := p.Item()
	u.Notifications.Wait(t.Context(), summary("web keeps crashing"))
	click(t, item, "Settings", "Notifications")
	item.WaitMenu(t.Context(), func(m traytest.MenuEntry) bool {
		e, _ := m.Find("Settings", "Notifications")
		return e.Checkable && !e.Checked
	})
	must(t, p.Process.Kill())
	p.End()
	p = u.launchExactly()
	item = p.Item()
	item.WaitLabel(t.Context(), "web keeps crashing")
	time.Sleep(time.Second) // a message would have come by now
	if all := u.Notifications.All(); len(all) != 1 {
		t.Errorf("switched off, it shows %+v", all)
	}
	click(t, item, "Settings", "Notifications")
	item.WaitMenu(t.Context(), func(m traytest.MenuEntry) bool { e, _ := m.Find("Settings", "Notifications"); return e.Checked })
	click(t, item, "Services", "web", "Restart")
	for end := time.Now().Add(patience); len(u.Notifications.All()) < 2 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if all := u.Notifications.All(); len(all) != 2 {
		t.Errorf("switched on, there are %+v", all)
	}
}

// A page that was asked for and takes long is announced, and the announcement goes when
// it opens.
func TestAPageThatTakesLong(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	gate := filepath.Join(u.Folder, "gate")
	u.WithServices(fmt.Sprintf("  slow: {command: [sh, -c, 'until test -e %s; do sleep 0.1; done; echo ready; exec sleep 600'], title: Slow, url: 'http://127.0.0.1:%d', open: true, ready: {log: ready, timeout: 60s}}\n", gate, u.Chat))
	p := u.launchExactly()
	item := p.Item()
	click(t, item, "Open Slow")
	n := u.Notifications.Wait(t.Context(), summary("Slow is still starting"))
	must(t, os.WriteFile(gate, nil, 0o600))
	u.opens(u.URL(u.Chat))
	u.Notifications.WaitClosed(t.Context(), n.ID)
}
