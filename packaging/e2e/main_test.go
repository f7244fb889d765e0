//go:build linux

package e2e

import (
	"strings"
	"testing"

	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

func TestFromLaunchToQuit(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	const menu = `Running (disabled)
─────
Open Dashboard
Open Chat
─────
Services ▸
    Dashboard ▸
        Running at DASHBOARD (disabled)
        Open
        Copy address
        Restart
        Stop
        Show log
    Chat ▸
        Running at CHAT (disabled)
        Open
        Copy address
        Restart
        Stop
        Show log
    ─────
    Restart all
    Pause all
Session history…
Settings ▸
    [ ] Start at login
    [x] Notifications
    Edit services…
About ▸
    Configurable Agents, version VERSION (disabled)
    MIT licence (disabled)
    Copy diagnosis
─────
Quit
`
	got := strings.NewReplacer(strings.TrimPrefix(u.URL(u.Dashboard), "http://"), "DASHBOARD", strings.TrimPrefix(u.URL(u.Chat), "http://"), "CHAT",
		p.now().Version, "VERSION").Replace(item.Text())
	if got != menu {
		t.Errorf("the menu is\n%s", got)
	}
	if id := item.Properties().ID; id != "agents-tray" {
		t.Errorf("the icon's lasting identity is %q", id)
	}
	for label, want := range map[string]struct{ url, text string }{
		"Open Dashboard": {u.URL(u.Dashboard), "Chat"},
		"Open Chat":      {u.URL(u.Chat), "Send"},
	} {
		click(t, item, label)
		url := u.Browser.Wait(t.Context())
		if url != want.url {
			t.Errorf("%s opened %s", label, url)
		}
		t.Run(label, func(t *testing.T) { webtest.Open(t, 1280, url).Shows(want.text) }) // closed before it quits
	}
	for service, port := range map[string]int{"dashboard": u.Dashboard, "chat": u.Chat} {
		if status, body := webtest.Request(t, "GET", u.URL(port)+"/healthz", nil); status != 200 || !strings.Contains(body, service) {
			t.Errorf("%s: %d %s", service, status, body)
		}
	}
	click(t, item, "Quit")
	p.CleanEnd()
	item.WaitGone(t.Context())
	if urls := u.Browser.URLs(); len(urls) != 2 {
		t.Errorf("the browser was opened for %v", urls)
	}
	if all := u.Notifications.All(); len(all) != 0 {
		t.Errorf("a quiet session showed %+v", all)
	}
}

func TestServicesAreChildrenOfTheGuard(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	status := p.Status("it has a guard", func(s control.Status) bool { return s.Guard != 0 })
	if parent := u.process(status.Guard).Parent(); parent != p.Process.Pid {
		t.Errorf("the guard's parent is %d, agents-tray is %d", parent, p.Process.Pid)
	}
	for _, service := range status.Services {
		if parent := u.process(service.PID).Parent(); parent != status.Guard {
			t.Errorf("the parent of %s is %d, the guard is %d", service.Name, parent, status.Guard)
		}
	}
}
