//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// click chooses an entry of the menu, once it is there.
func click(t *testing.T, item *traytest.Item, path ...string) {
	t.Helper()
	item.WaitEnabled(t.Context(), path...)
	must(t, item.Click(path...))
}

func TestTheMenuStopsAndStartsServices(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	click := func(path ...string) {
		t.Helper()
		click(t, item, path...)
	}

	click("Services", "Chat", "Stop")
	p.Status("the Chat has stopped", is("chat", manager.Stopped))
	if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", u.Chat)); err == nil {
		conn.Close()
		t.Error("the port of a stopped service takes connections")
	}
	item.WaitLabel(t.Context(), "Services", "Chat", "Start")
	click("Services", "Chat", "Start")
	before := p.Status("the Chat is back", is("chat", manager.Ready))
	item.WaitLabel(t.Context(), "Services", "Chat", "Stop")
	click("Services", "Chat", "Restart")
	p.Status("the Chat is another process", func(s control.Status) bool {
		return theChat(s).State == manager.Ready && theChat(s).PID != theChat(before).PID
	})
	click("Services", "Chat", "Show log")
	u.opens(u.URL(u.Dashboard) + "/services/chat/log")
	click("Services", "Chat", "Open")
	u.opens(u.URL(u.Chat))
}

// However often it is clicked while its service starts, a page opens once.
func TestAPageOpensOnceWhenItsServiceIsReady(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	click(t, item, "Services", "Chat", "Stop")
	p.Status("the Chat has stopped", is("chat", manager.Stopped))
	click(t, item, "Open Chat") // starts it, too
	u.opens(u.URL(u.Chat))
	p.Status("the Chat answers", is("chat", manager.Ready))
	if urls := u.Browser.URLs(); len(urls) != 1 {
		t.Errorf("the browser was opened for %v", urls)
	}
}

// A browser's command may last as long as the browser runs; the menu goes on.
func TestASlowBrowserDoesNotHoldTheMenuUp(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	bell := filepath.Join(u.Browser.Dir, "xdg-open")
	script, err := os.ReadFile(bell)
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.WriteFile(bell, append(script, []byte("\nexec sleep 600\n")...), 0o755))
	p := u.launch().ready()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	for _, label := range []string{"Open Dashboard", "Open Chat", "Session history…"} {
		click(t, item, label)
		u.Browser.Wait(t.Context())
	}
	click(t, item, "Quit")
	p.ends(0)
	// The browser is not ours to end.
	left, browsers := guardtest.Left(u.Mark()), 0
	for _, browser := range left {
		if strings.Contains(browser, "sleep 600") {
			browsers++ // beside it is what has opened it, for a few seconds
		}
		pid, err := strconv.Atoi(strings.Fields(browser)[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			t.Error(err)
		}
	}
	if browsers != 3 {
		t.Errorf("three browsers were opened, %v run", left)
	}
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	paused := func(s control.Status) bool {
		return !slices.ContainsFunc(s.Services, func(s manager.Service) bool { return s.State != manager.Stopped })
	}
	click(t, item, "Services", "Pause all")
	p.Status("all are stopped", paused)
	item.WaitLabel(t.Context(), "Paused")
	if title := item.WaitProperties(t.Context(), func(p traytest.Properties) bool { return strings.Contains(p.Title, "Paused") }); !title.ItemIsMenu {
		t.Error("a click on the icon does not open the menu")
	}
	click(t, item, "Quit")
	p.CleanEnd()

	p = u.launch() // what is paused stays so
	item = p.Item()
	item.WaitLabel(t.Context(), "Paused")
	p.Status("all stay stopped", paused)
	click(t, item, "Services", "Resume")
	p.ready()
	item.WaitLabel(t.Context(), "Services", "Pause all")

	before := p.now()
	click(t, item, "Services", "Restart all")
	p.Status("all are other processes", func(s control.Status) bool {
		return !slices.ContainsFunc(s.Services, func(now manager.Service) bool {
			was, _ := before.Service(now.Name)
			return now.State != manager.Ready || now.PID == was.PID
		})
	})
}

// The menu leads to the history, and to the services file, which is made for it.
func TestHistoryAndServicesFile(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	click(t, item, "Session history…")
	u.opens(u.URL(u.Dashboard) + "/sessions")
	click(t, item, "Settings", "Edit services…")
	file := filepath.Join(u.Folder, "config", "agents-tray", "services.yaml")
	u.opens("file://" + file)
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool {
		return strings.Contains(n.Body, "What you save in services.yaml applies at once")
	})
	click(t, item, "Quit")
	p.CleanEnd()
	u.launch().ready() // with the file
}

func TestTheTraySpeaksGerman(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", u.Chat))
	if err != nil {
		t.Fatal(err)
	}
	u.Language = "de_DE.UTF-8"
	p := u.launch()
	item := p.Item()
	line := fmt.Sprintf("Port %d ist von %s belegt (PID %d)", u.Chat, filepath.Base(os.Args[0]), os.Getpid())
	if len(filepath.Base(os.Args[0])) > 15 { // the kernel keeps no more of a name
		line = fmt.Sprintf("Port %d ist von %s", u.Chat, filepath.Base(os.Args[0])[:15])
	}
	item.WaitMenu(t.Context(), func(m traytest.MenuEntry) bool { return strings.HasPrefix(m.Children[0].Label, line) })
	item.WaitLabel(t.Context(), "Dashboard öffnen")
	item.WaitLabel(t.Context(), "Einstellungen", "Bei der Anmeldung starten")
	n := u.Notifications.Wait(t.Context(), summary(line))
	if !slices.Contains(n.Actions, "Protokoll öffnen") || !strings.Contains(n.Body, "beenden, oder einen anderen Port für Chat verwenden") {
		t.Errorf("the message is %+v", n)
	}
	held.Close()
	p.quit()
}

// Start at login is off until it is asked for, and shows the truth when somebody else
// changes it.
func TestStartAtLogin(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	entry := filepath.Join(u.Folder, "config", "autostart", "agents-tray.desktop")
	checked := func(want bool) {
		t.Helper()
		item.WaitMenu(t.Context(), func(m traytest.MenuEntry) bool {
			e, ok := m.Find("Settings", "Start at login")
			return ok && e.Checked == want
		})
	}
	checked(false)
	if _, err := os.Stat(entry); err == nil {
		t.Error("nobody has asked for it")
	}
	click(t, item, "Settings", "Start at login")
	checked(true)
	text, err := os.ReadFile(entry)
	if err != nil || !strings.Contains(string(text), "Exec="+p.Path+" --at-login --dashboard-port ") {
		t.Errorf("%s (%v)", text, err)
	}
	if out, err := exec.Command(traytest.Need(t, "desktop-file-validate"), entry).CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
	if said := u.Command("autostart"); said != "on\n" {
		t.Errorf("autostart is %q", said)
	}
	another := strings.Replace(string(text), "Exec="+p.Path, "Exec=/nowhere/agents-tray", 1)
	if err := os.WriteFile(entry, []byte(another), 0o600); err != nil { // where it was before it was moved
		t.Fatal(err)
	}
	if said := u.Command("autostart", "status"); !strings.HasPrefix(said, "on, for another copy") {
		t.Errorf("of another copy autostart says %q", said)
	}
	u.Command("autostart", "on")
	if mended, err := os.ReadFile(entry); err != nil || string(mended) != string(text) {
		t.Errorf("choosing it leaves %s (%v)", mended, err)
	}
	if err := os.WriteFile(entry, append(text, "Hidden=true\n"...), 0o600); err != nil { // a desktop's own settings
		t.Fatal(err)
	}
	_ = item.Click("Services", "Chat") // whoever opens the menu sees it
	checked(false)
	click(t, item, "Settings", "Start at login")
	checked(true)
	click(t, item, "Settings", "Start at login")
	checked(false)
	if _, err := os.Stat(entry); err == nil {
		t.Error("the entry is left")
	}
}

// Whoever asks for it in a terminal is told there that it was not possible; if it is so already,
// it is with the present options from then on.
func TestStartAtLoginFromATerminal(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	folder := filepath.Join(u.Folder, "config", "autostart")
	entry := filepath.Join(folder, "agents-tray.desktop")
	first := u.launch().ready()
	u.Command("autostart", "on")
	first.quit()
	u.launch("--no-chat").ready()
	u.Command("autostart", "on")
	if text, err := os.ReadFile(entry); err != nil || !strings.Contains(string(text), " --no-chat\n") {
		t.Errorf("with other options it is %s (%v)", text, err)
	}
	u.Command("autostart", "off")
	must(t, os.Remove(folder))
	must(t, os.WriteFile(folder, nil, 0o600))
	u.fails(1, []string{"autostart", "on"}, "The setting could not be changed: "+folder+": not a directory")
	u.Command("autostart", "off") // as it is
}

// A program that was moved while it runs would not be found at the next login.
func TestStartAtLoginAfterAMove(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.prepare()
	german := filepath.Join(t.TempDir(), "agents-tray")
	build, err := os.ReadFile(p.Path)
	must(t, errors.Join(err, os.WriteFile(german, build, 0o700)))
	p.Path, p.Env = german, append(p.Env, "LANG=de_DE.UTF-8")
	p.Start()
	item := p.ready().Item()
	must(t, os.Remove(german))
	u.fails(1, []string{"autostart", "on"}, "The setting could not be changed: it was moved or removed since it was started; quit it")
	click(t, item, "Einstellungen", "Bei der Anmeldung starten")
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool {
		return strings.HasPrefix(n.Body, "Es wurde seit dem Start verschoben oder entfernt; beenden")
	})
	if said := u.Command("autostart"); said != "off\n" {
		t.Errorf("autostart is %q", said)
	}
}

// Where nothing can be copied, a message shows what was to be.
func TestCopyingWithoutAClipboard(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	click(t, item, "Services", "Chat", "Copy address")
	if n := u.Notifications.Wait(t.Context(), summary("Nothing can be copied")); n.Body != u.URL(u.Chat) {
		t.Errorf("the message says %q", n.Body)
	}
	click(t, item, "About", "Copy diagnosis")
	n := u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, "State: running") })
	webtest.Contains(t, n.Body, "Configurable Agents ", "chat: ready, 0 restarts, "+u.URL(u.Chat), "Files: ~/state/agents-tray")
	if strings.Contains(n.Body, u.Folder) {
		t.Errorf("it names the home folder:\n%s", n.Body)
	}
}
