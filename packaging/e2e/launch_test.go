//go:build linux

package e2e

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// doubleClick is longer than the time for which a page that was opened is not opened again.
const doubleClick = 1100 * time.Millisecond

func TestASecondLaunchOpensTheDashboard(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	before := p.now()
	second := u.launch()
	second.ends(0)
	u.opens(u.URL(u.Dashboard))
	if want := "Configurable Agents is running already; its Dashboard was opened.\nNot used: --chat-port, --dashboard-port. "; !strings.HasPrefix(second.Out.String(), want) {
		t.Errorf("it says %q", second.Out.String())
	}
	for _, args := range [][]string{{}, {"ui"}} { // soon after: that it opens one page only, TestTwentyLaunchesAtOnce shows
		if out := u.Command(args...); out != "Configurable Agents is running already; its Dashboard was opened.\n" {
			t.Errorf("without options it says %q", out)
		}
	}
	after := p.now()
	if after.PID != before.PID || after.Services[0].PID != before.Services[0].PID {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// Started again at once after the end was asked for, the program waits its turn.
func TestALaunchDuringTheEndTakesOver(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	first := u.launch("ui").ready()
	must(t, first.Process.Signal(syscall.SIGTERM))
	second := u.launch("ui")
	first.End()
	second.ready()
}

// Started again at once after it was killed, the program waits for what the killed one
// leaves, and is not disturbed by its end.
func TestALaunchRightAfterAKill(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	for range 3 {
		p := u.launch("--start").ready()
		must(t, p.Process.Kill())
		p.End()
	}
	u.launch("--start").ready()
	u.launch().ends(0)
	u.opens(u.URL(u.Dashboard))
}

func TestBadInputIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		want []string
	}{
		"unknown option":    {[]string{"--prot", "1"}, []string{"unknown flag: --prot"}},
		"unknown command":   {[]string{"uii"}, []string{"unknown command", "ui"}},
		"port too high":     {[]string{"--chat-port", "70000"}, []string{"70000", "--chat-port", "1 to 65535"}},
		"port not number":   {[]string{"ui", "--chat-port", "http"}, []string{"--chat-port", "http"}},
		"the same port":     {[]string{"ui", "--chat-port", "7861"}, []string{"port 7861 is dashboard's already"}},
		"an open host":      {[]string{"ui", "--host", "0.0.0.0"}, []string{"0.0.0.0", "no password", "127.0.0.1"}},
		"a file to check":   {[]string{"check", "/nope"}, []string{"agents-tray check --config /nope"}},
		"no services":       {[]string{"logs", "nosuch"}, []string{`there is no log of a service "nosuch". Nothing was logged yet`}},
		"nothing to do":     {[]string{"do"}, []string{"agents-tray menu lists"}},
		"no service":        {[]string{"logs"}, []string{"nothing was logged yet in "}},
		"two services":      {[]string{"logs", "a", "b"}, []string{`there is no log of a service "a". `}},
		"an extra argument": {[]string{"ui", "now"}, []string{"now"}},
	} {
		t.Run(name, func(t *testing.T) {
			newUser(t).fails(1, test.args, test.want...)
		})
	}
}

// Without a session bus the plain command works in the terminal.
func TestWithoutADesktop(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch().ready()
	for end := time.Now().Add(patience); !strings.Contains(p.Out.String(), "Press Ctrl-C") && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // it says so a moment after the services are ready
	}
	must(t, p.Process.Signal(syscall.SIGINT))
	p.CleanEnd()
	webtest.Contains(t, p.Out.String(), u.URL(u.Dashboard), u.URL(u.Chat), "Press Ctrl-C to stop", "Everything is stopped")
}

func TestWithoutTheChat(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch("--no-chat").ready()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	if text := item.Text(); strings.Contains(text, "Chat") {
		t.Errorf("the menu is\n%s", text)
	}
}

func TestAPortThatIsHeld(t *testing.T) {
	t.Parallel()
	withoutChat := func(s control.Status) bool { return is("dashboard", manager.Ready)(s) && is("chat", manager.Failed)(s) }
	t.Run("ui", func(t *testing.T) {
		u := newUser(t)
		held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", u.Chat))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		p := u.launch("ui") // goes on with the Dashboard
		p.Status("the Dashboard is ready and the Chat is not", withoutChat)
		wait(t, patience, "its screen to say that it runs", func() bool { return strings.Contains(p.Out.String(), "Press Ctrl-C to stop") })
		must(t, p.Process.Signal(syscall.SIGTERM))
		p.ends(1)
		webtest.Contains(t, p.Out.String(), fmt.Sprintf("Port %d is taken by", u.Chat), fmt.Sprintf("(pid %d)", os.Getpid()), "is free")
	})
	t.Run("tray", func(t *testing.T) {
		u := newUser(t).withDesktop()
		held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", u.Chat))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		p := u.launch()
		item := p.Item()
		free := theChat(p.Status("the Dashboard is ready and the Chat is not", withoutChat)).Problem.FreePort
		menu := item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
			return strings.HasPrefix(menu.Children[0].Label, fmt.Sprintf("Port %d is taken by", u.Chat))
		})
		if !strings.Contains(menu.Children[0].Label, fmt.Sprintf("(pid %d)", os.Getpid())) {
			t.Errorf("the menu says %q", menu.Children[0].Label)
		}
		click(t, item, fmt.Sprintf("Use port %d for Chat this time", free))
		item.WaitLabel(t.Context(), "Running")
		webtest.Request(t, "GET", u.URL(free)+"/healthz", nil)
	})
}

// A start that takes long says how long it usually takes, from those before.
func TestHowLongAStartUsuallyTakes(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices("  slow: {command: [sh, -c, 'sleep 4; echo ready; exec sleep 600'], ready: {log: ready}}\n")
	for _, line := range []string{"Starting…", "Starting… usually "} { // so many seconds, and what the computer was slower by
		p := u.launchExactly()
		item := p.Item()
		item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return strings.HasPrefix(menu.Children[0].Label, line) })
		item.WaitLabel(t.Context(), "Running")
		click(t, item, "Quit")
		p.CleanEnd()
	}
}
