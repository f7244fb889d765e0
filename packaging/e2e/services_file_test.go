//go:build linux

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// One that keeps crashing is told of once, in the menu and by a notification, with how
// it ended and its last line; the others go on, and the Dashboard may have any name.
func TestAServiceOfTheFileThatKeepsCrashing(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices(fmt.Sprintf(`  overview: {builtin: dashboard, listen: 127.0.0.1:%d}
  model:
    title: Model server
    command: sh -c 'echo loading; echo "no model found" >&2; exit 3'
    restart: {max_delay: 1ms, give_up: 3 in 60s}
`, u.Dashboard))
	p := u.launchExactly()
	item := p.Item()
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return menu.Children[0].Label == "Model server keeps crashing" })
	told := u.Notifications.Wait(t.Context(), summary("Model server keeps crashing"))
	webtest.Contains(t, told.Body, "exit 3", "no model found", "start it again")
	p.Status("the Dashboard runs", is("overview", manager.Ready))
	u.Notifications.Invoke(told.ID, "default")
	u.opens(u.URL(u.Dashboard) + "/services/model/log")
	click(t, item, "Quit")
	p.CleanEnd()
	if all := u.Notifications.All(); len(all) != 1 {
		t.Errorf("it was told %d times", len(all))
	}
}

// A services file with a mistake starts nothing, and its place is told where the user
// will look: in the terminal or, without one, on the desktop.
func TestAMistakeInTheServicesFile(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices("  web:\n    comand: [true]\n")
	for _, args := range [][]string{{"ui"}, {}} {
		p := u.launchExactly(args...)
		p.ends(1)
		if want := "services.yaml:3:5: services.web.comand: there is no such key (did you mean command?)"; !strings.Contains(p.Out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, p.Out.String())
		}
	}
	told := u.Notifications.Wait(t.Context(), summary("Configurable Agents cannot start"))
	if want := "services.yaml has a mistake in line 3: services.web.comand: there is no such key (did you mean command?)\nIn a terminal, agents-tray check shows it."; told.Body != want {
		t.Errorf("the message says %q", told.Body)
	}
}

// Of many mistakes the message shows the first, in the user's language.
func TestManyMistakesInTheServicesFile(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{
		"C.UTF-8": "services.yaml has 3 mistakes. The first, in line 2: services.web.title: expected a text, not nothing\nIn a terminal, agents-tray check shows all.",
		"de_DE":   "services.yaml hat 3 Fehler. Der erste, in Zeile 2: services.web.title: erwartet wird ein Text, nicht nichts\nIm Terminal zeigt alle agents-tray check.",
	} {
		u := newUser(t).withDesktop()
		u.Language = language
		u.WithServices("  web: {title: , command: sleep 600, listen: 127.0.0.1:99999, depends_on: [web]}\n")
		u.launchExactly().End()
		told := u.Notifications.Wait(t.Context(), func(traytest.Notification) bool { return true })
		if told.Body != want {
			t.Errorf("the message says %q", told.Body)
		}
	}
}

// Somebody who started it in a terminal reads there what is wrong, and needs no message.
func TestInATerminalNoMessageTellsOfAMistake(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	for _, host := range []string{"0.0.0.0", "192.168.1.2"} {
		command := u.Prepare("--host", host)
		if host == "0.0.0.0" {
			_, command.Stderr = openPTY(t)
		}
		if command.Start().End() == 0 {
			t.Errorf("%s was taken", host)
		}
	}
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, "192.168.1.2") })
	if all := u.Notifications.All(); len(all) != 1 {
		t.Errorf("it showed %+v", all)
	}
}

// openPTY makes a terminal, and what its screen and keyboard are at.
func openPTY(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return screen, terminal
}

func TestTheServicesFileSaysWhatRuns(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices(fmt.Sprintf("  sleeper: {command: sleep 600, depends_on: [talk]}\n  talk: {builtin: chat, listen: 127.0.0.1:%d}\n", u.Chat))
	p := u.launchExactly("ui").ready()
	status := p.Status("its services run", func(s control.Status) bool { return len(s.Services) == 2 })
	if first, second := status.Services[0], status.Services[1]; first.Name != "sleeper" || second.URL != u.URL(u.Chat) {
		t.Errorf("%+v", status.Services)
	}
	p.quit()
}
