//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// services writes the user's services file, which is found without being named.
func (u *user) services(text string) {
	u.t.Helper()
	folder := filepath.Join(u.folder, "config", "agents-tray")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		u.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "services.yaml"), []byte(text), 0o600); err != nil {
		u.t.Fatal(err)
	}
}

// One that keeps crashing is told of once, in the menu and by a notification, with how
// it ended and its last line; the others go on, and the Dashboard may have any name.
func TestAServiceOfTheFileThatKeepsCrashing(t *testing.T) {
	u := newUser(t).withDesktop()
	u.services(fmt.Sprintf(`services:
  overview: {builtin: dashboard, listen: 127.0.0.1:%d}
  model:
    title: Model server
    command: sh -c 'echo loading; echo "no model found" >&2; exit 3'
    restart: {max_delay: 1ms, give_up: 3 in 60s}
`, u.dashboard))
	p := u.launchExactly()
	item := p.item()
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return menu.Children[0].Label == "Model server keeps crashing" })
	told := u.notifications.Wait(t.Context(), func(n traytest.Notification) bool { return n.Summary == "Model server keeps crashing" })
	for _, want := range []string{"exit 3", "no model found", "start it again"} {
		if !strings.Contains(told.Body, want) {
			t.Errorf("the notification does not tell of %q: %s", want, told.Body)
		}
	}
	p.status("the Dashboard runs", func(s control.Status) bool {
		overview, _ := s.Service("overview")
		return overview.State == manager.Running
	})
	u.notifications.Invoke(told.ID, "default")
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard)+"/services/model/log" {
		t.Errorf("the notification opened %s", url)
	}
	if err := item.Click("Quit"); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
	if all := u.notifications.All(); len(all) != 1 {
		t.Errorf("it was told %d times", len(all))
	}
}

// A services file with a mistake starts nothing, and its place is told where the user
// will look: in the terminal or, without one, on the desktop.
func TestAMistakeInTheServicesFile(t *testing.T) {
	u := newUser(t).withDesktop()
	u.services("services:\n  web:\n    comand: [true]\n")
	for _, args := range [][]string{{"ui"}, {}} {
		p := u.launchExactly(args...)
		if status := p.end(); status != 1 {
			t.Errorf("exit status %d", status)
		}
		if want := "services.yaml:3:5: services.web.comand: there is no such key (did you mean command?)"; !strings.Contains(p.out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, p.out.String())
		}
	}
	u.notifications.Wait(t.Context(), func(n traytest.Notification) bool {
		return strings.HasSuffix(n.Summary, "cannot start") && strings.Contains(n.Body, "did you mean command?")
	})
}

func TestTheServicesFileSaysWhatRuns(t *testing.T) {
	u := newUser(t)
	file := filepath.Join(u.folder, "config", "agents-tray", "services.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("services:\n  sleeper: {command: sleep 600, depends_on: [talk]}\n  talk: {builtin: chat, listen: 127.0.0.1:%d}\n", u.chat)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := u.launchExactly("ui").ready()
	status := p.status("its services run", func(s control.Status) bool { return len(s.Services) == 2 })
	if first, second := status.Services[0], status.Services[1]; first.Name != "sleeper" || second.URL != u.url(u.chat) {
		t.Errorf("%+v", status.Services)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()

	wrong := filepath.Join(u.folder, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("services:\n  web: {comand: sleep 600}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = u.launchExactly("ui", "--config", wrong)
	if status := p.end(); status != 1 || !strings.Contains(p.out.String(), wrong+":2:9: services.web.comand: ") {
		t.Errorf("exit status %d, %s", status, p.out.String())
	}
}
