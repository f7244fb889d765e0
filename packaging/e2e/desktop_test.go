//go:build linux

package e2e

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/tray/traytest"
)

// leaveOneRunning starts the program with a service whose child ignores SIGTERM, and kills the
// program so that the child is left for the next start. It returns the child's process id.
func (u *user) leaveOneRunning() (pid int) {
	u.T.Helper()
	u.WithServices(`  s: {command: [sh, -c, "trap '' TERM; sleep 600 & wait"]}` + "\n")
	p := u.launchExactly("ui")
	p.Status("s runs", func(s control.Status) bool {
		service, _ := s.Service("s")
		pid = service.PID
		return service.State == manager.Ready
	})
	wait(u.T, patience, "its child", func() bool { return len(guardtest.Children(pid)) == 1 })
	pid = guardtest.Children(pid)[0]
	roles := map[string]process{}
	wait(u.T, patience, "the guard and its cleanup helper", func() bool {
		for _, process := range u.Processes() {
			roles[process.Role] = process
		}
		return len(roles) >= 4 // with the service
	})
	roles["tray"].Kill(syscall.SIGSTOP) // so that nobody is left to clean up
	for _, role := range []string{"cleanup helper", "guard", "tray"} {
		roles[role].Kill(syscall.SIGKILL)
	}
	p.End()
	if !guardtest.Lives(pid) {
		u.T.Fatal("nothing is left, so that nothing is tried here")
	}
	return pid
}

// While an earlier session's remains are ended, which takes seconds, the icon once had no menu,
// and the end waited.
func TestTheMenuIsThereWhileTheLastSessionIsEnded(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, p *program, item *traytest.Item){
		"quit": func(t *testing.T, _ *program, item *traytest.Item) { click(t, item, "Quit") },
		"signal": func(t *testing.T, p *program, _ *traytest.Item) {
			must(t, p.Process.Signal(syscall.SIGTERM))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t).withDesktop()
			left := u.leaveOneRunning()
			p := u.launchExactly()
			item := p.Item()
			menu := item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { _, there := menu.Find("Quit"); return there })
			if !strings.HasPrefix(menu.Children[0].Label, "Starting…") || strings.Contains(p.Out.String(), "is running") {
				t.Errorf("the menu says %q, the terminal %q", menu.Children[0].Label, p.Out.String())
			}
			if !guardtest.Lives(left) {
				t.Fatal("it has been ended already, so that nothing is tried here")
			}
			end(t, p, item)
			p.CleanEnd()
			if out := p.Out.String(); out != "Everything is stopped.\n" {
				t.Errorf("it prints %q", out)
			}
			if guardtest.Lives(left) {
				t.Error("what was left lives on")
			}
		})
	}
}

// The message that this desktop shows no icons goes when it does after all.
func TestThePanelComesAfterItWasMissed(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.Panel.Close()
	p := u.launch().ready()
	message := u.Notifications.Wait(t.Context(), summary("Configurable Agents is running"))
	u.Panel = u.Bus.StartHost(t)
	u.Notifications.WaitClosed(t.Context(), message.ID)
	p.Item().WaitLabel(t.Context(), "Running")
}

// What a click opens comes to the front by the permission that the desktop gives for that
// click, and what a second launch opens by that launch's: never by that of the first one.
func TestThePermissionToComeToTheFront(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.prepare()
	p.Env = append(p.Env, "XDG_ACTIVATION_TOKEN=first", "DESKTOP_STARTUP_ID=first")
	p.Start()
	item := p.ready().Item()
	click(t, item, "Open Chat")
	u.Browser.Wait(t.Context())
	time.Sleep(doubleClick)
	must(t, item.ProvideToken("click"))
	click(t, item, "Open Chat")
	u.Browser.Wait(t.Context())
	second := u.prepare()
	second.Env = append(second.Env, "XDG_ACTIVATION_TOKEN=second")
	second.Start()
	u.Browser.Wait(t.Context())
	second.End()
	var tokens []string
	for _, command := range u.Browser.Commands() {
		tokens = append(tokens, command.Token)
	}
	if !slices.Equal(tokens, []string{"", "clickclick", "secondsecond"}) {
		t.Errorf("the tokens were %q", tokens)
	}
}

// Where there is no browser nobody is told that a page was opened, and its address is shown.
func TestWithoutABrowser(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	must(t, os.Remove(u.Browser.Dir+"/xdg-open"))
	p := u.prepare()
	p.Env = append(p.Env, "PATH="+u.Browser.Dir, "BROWSER=")
	p.Start()
	item := p.ready().Item()
	second := u.launch()
	if second.End() != 0 || !strings.Contains(second.Out.String(), "Open its Dashboard yourself, at "+u.URL(u.Dashboard)) {
		t.Errorf("a second launch says %q", second.Out.String())
	}
	click(t, item, "Open Chat")
	message := u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, u.URL(u.Chat)) })
	if !slices.Contains(message.Actions, "Copy address") || !strings.HasSuffix(message.Body, "(there is no xdg-open here, and BROWSER names none that works)") {
		t.Errorf("it offers %q and says %q", message.Actions, message.Body)
	}
	u.fails(1, []string{"open", "chat"}, "open "+u.URL(u.Chat)+" yourself")
}

// Without a desktop, too, whoever chooses in a terminal what opens nothing is told so: it ended with
// 0, and was silent.
func TestAChoiceThatOpensNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.prepare("ui")
	p.Env = append(p.Env, "PATH="+t.TempDir(), "BROWSER=")
	p.Start()
	p.ready()
	for choice, page := range map[string]string{"open chat": u.URL(u.Chat), "history": u.URL(u.Dashboard) + "/sessions", "log chat": u.URL(u.Dashboard) + "/services/chat/log"} {
		u.fails(1, append([]string{"do"}, strings.Fields(choice)...), "No browser could be opened. Open "+page+" yourself.")
	}
	u.fails(1, []string{"do", "edit-services"}, "services.yaml could not be opened. Open ")
	p.kill(syscall.SIGKILL)
	p = u.prepare("ui")
	p.Env = append(p.Env, "PATH="+t.TempDir(), "BROWSER=")
	p.Start()
	p.ready()
	u.fails(1, []string{"review"}, "No browser could be opened. Open "+u.URL(u.Dashboard)+"/review yourself.")
}
