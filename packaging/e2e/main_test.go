//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

func TestFromLaunchToQuit(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch()
	item := p.item()
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
    Copy diagnosis
─────
Quit
`
	got := strings.NewReplacer(strings.TrimPrefix(u.url(u.dashboard), "http://"), "DASHBOARD", strings.TrimPrefix(u.url(u.chat), "http://"), "CHAT",
		p.status("it answers", func(control.Status) bool { return true }).Version, "VERSION").Replace(item.Text())
	if got != menu {
		t.Errorf("the menu is\n%s", got)
	}
	if id := item.Properties().ID; id != "agents-tray" {
		t.Errorf("the icon's lasting identity is %q", id)
	}
	for label, want := range map[string]struct{ url, text string }{
		"Open Dashboard": {u.url(u.dashboard), "Chat"},
		"Open Chat":      {u.url(u.chat), "Send"},
	} {
		if err := item.Click(label); err != nil {
			t.Fatal(err)
		}
		url := u.browser.Wait(t.Context())
		if url != want.url {
			t.Errorf("%s opened %s", label, url)
		}
		if text := pageText(t, url); !strings.Contains(text, want.text) {
			t.Errorf("the page at %s reads %q", url, text)
		}
	}
	for service, port := range map[string]int{"dashboard": u.dashboard, "chat": u.chat} {
		response, err := http.Get(u.url(port) + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != 200 || !strings.Contains(string(body), service) {
			t.Errorf("%s: %s %s", service, response.Status, body)
		}
	}
	if err := item.Click("Quit"); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
	item.WaitGone(t.Context())
	if urls := u.browser.URLs(); len(urls) != 2 {
		t.Errorf("the browser was opened for %v", urls)
	}
	if all := u.notifications.All(); len(all) != 0 {
		t.Errorf("a quiet session showed %+v", all)
	}
}

// pageText is what a page says in Chromium.
func pageText(t *testing.T, url string) string {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(traytest.Need(t, "chromium")), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Navigate(url))
	var text string
	if err == nil {
		text, err = chromedp.Run(ctx, chromedp.Text("body"))
	}
	if err != nil {
		t.Fatalf("open %s in Chromium: %v", url, err)
	}
	return text
}

func TestServicesAreChildrenOfTheGuard(t *testing.T) {
	u := newUser(t)
	p := u.launch("ui").ready()
	status := p.status("it has a guard", func(s control.Status) bool { return s.Guard != 0 })
	if parent := parentOf(t, status.Guard); parent != p.Process.Pid {
		t.Errorf("the guard's parent is %d, agents-tray is %d", parent, p.Process.Pid)
	}
	for _, service := range status.Services {
		if parent := parentOf(t, service.PID); parent != status.Guard {
			t.Errorf("the parent of %s is %d, the guard is %d", service.Name, parent, status.Guard)
		}
	}
}

func parentOf(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return parent
}
