//go:build linux

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// Where "dashboard" is somebody else's service, our pages are not looked for on it: the facts
// of an unexpected end come by a message, and the warning does not go unread.
func TestSomebodyElsesDashboard(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices("  dashboard: {command: sleep 601, url: http://127.0.0.1:9, open: true}\n")
	p := u.launchExactly().ready()
	must(t, p.Process.Kill())
	p.End()
	p = u.launchExactly().ready()
	item := p.Item()
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return warning(menu) != "" })
	first := u.Notifications.Wait(t.Context(), summary("Last session ended unexpectedly"))
	click(t, item, warning(item.Menu()))
	facts := u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, "agents-tray sessions show") })
	if !strings.Contains(facts.Body, "killed") || facts.ID == first.ID && facts.Body == first.Body {
		t.Errorf("the message says %q", facts.Body)
	}
	if entry, there := item.Menu().Find("Session history…"); there {
		t.Errorf("the menu has %q, which nothing shows", entry.Label)
	}
	click(t, item, "Open dashboard")
	u.opens("http://127.0.0.1:9") // the first page that is opened at all
	click(t, item, "Quit")
	p.CleanEnd()
}

// Our page has the name that the file gives it, and so the menu.
func TestOurPageCarriesItsTitle(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices(fmt.Sprintf("  home: {builtin: dashboard, title: Home & more, listen: 127.0.0.1:%d}\n", u.Dashboard))
	p := u.launchExactly("ui")
	p.Status("it runs", func(s control.Status) bool { return runs(s, "home") })
	if _, body := webtest.Request(t, "GET", u.URL(u.Dashboard), nil); !strings.Contains(body, " – Home &amp; more</title>") {
		t.Errorf("the page is\n%.600s", body)
	}
	u.Command("quit")
	p.CleanEnd()
}
