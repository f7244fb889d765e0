//go:build linux

package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"agents-tray/icons"
	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// withServices gives the user a services file.
func (u *user) withServices(text string) *user {
	u.t.Helper()
	file := filepath.Join(u.folder, "config", "agents-tray", "services.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		u.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("services:\n"+text), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return u
}

// command runs another agents-tray to its end, and returns what it printed.
func (u *user) command(args ...string) string {
	u.t.Helper()
	p := u.launchExactly(args...)
	if status := p.end(); status != 0 {
		u.t.Errorf("agents-tray %v: exit status %d: %s", args, status, p.out.String())
	}
	return p.out.String()
}

// click chooses an entry of the menu, once it is there.
func click(t *testing.T, item *traytest.Item, path ...string) {
	t.Helper()
	item.WaitLabel(t.Context(), path...)
	if err := item.Click(path...); err != nil {
		t.Fatal(err)
	}
}

func summary(text string) func(traytest.Notification) bool {
	return func(n traytest.Notification) bool { return strings.HasPrefix(n.Summary, text) }
}

// When the bus dies the program goes on, and shows its icon on the next one: with what
// has happened meanwhile, and a menu that works.
func TestTheBusIsGoneAndBack(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	p.item().WaitLabel(t.Context(), "Running")
	for _, command := range [][]string{{"do", "stop", "chat"}, {"do", "start", "chat"}} {
		u.bus.Stop()
		u.command(command...) // its changes meet a bus that is not there
		want := map[string]manager.State{"stop": manager.Stopped, "start": manager.Running}[command[1]]
		p.status("the Chat is "+string(want), func(s control.Status) bool { chat, _ := s.Service("chat"); return chat.State == want })
		u.bus.Restart()
		u.panel = u.bus.StartHost(t)
		u.notifications = u.bus.StartNotifications(t)
		item := p.item()
		other := map[string]string{"stop": "Start", "start": "Stop"}[command[1]]
		item.WaitLabel(t.Context(), "Services", "Chat", other)
		if title := item.Properties().Title; !strings.Contains(title, "Running") {
			t.Errorf("the icon says %q", title)
		}
	}
	item := p.item()
	click(t, item, "Open Dashboard")
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard) {
		t.Errorf("it opened %s", url)
	}
	click(t, item, "Quit")
	p.cleanEnd()
}

// Quit works while there is no bus, and so does a signal.
func TestTheEndWithoutABus(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	p.item().WaitLabel(t.Context(), "Running")
	u.bus.Stop()
	u.command("do", "quit")
	p.cleanEnd()
}

// Anybody on the bus may send anything to anybody. The tray library ends its watch for
// panels at the first signal that is too short, and other libraries the program.
func TestSignalsOfAnyShape(t *testing.T) {
	u := newUser(t).withDesktop()
	u.withServices("  web: {command: [sh, -c, exit 3]}\n") // so that a message is shown, and answers are listened to
	p := u.launchExactly()
	p.item()
	u.notifications.Wait(t.Context(), summary("web"))
	conn := u.bus.Connect(t)
	var names []string
	if err := conn.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var pid uint32
		err := conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, name).Store(&pid)
		if err != nil || int(pid) != p.Process.Pid {
			continue
		}
		for path, members := range map[dbus.ObjectPath][]string{
			"/org/freedesktop/DBus":          {"org.freedesktop.DBus.NameOwnerChanged", "org.freedesktop.DBus.NameAcquired"},
			"/org/freedesktop/Notifications": {"org.freedesktop.Notifications.ActionInvoked", "org.freedesktop.Notifications.NotificationClosed"},
			"/odd":                           {"com.example.Odd"},
		} {
			for _, member := range members {
				for _, body := range [][]any{{}, {int32(7)}, {"one"}, {"a", "b", int64(3)}, {uint32(1), uint32(99)}, {"a", "b", "c", "d"}, {[]string{"x"}}} {
					sendSignal(t, conn, name, path, member, body)
				}
			}
		}
	}
	u.panel.Close()
	u.panel = u.bus.StartHost(t)
	p.item().WaitLabel(t.Context(), "web keeps crashing")
}

// sendSignal sends a signal to one connection only, whatever it has asked for.
func sendSignal(t *testing.T, conn *dbus.Conn, to string, path dbus.ObjectPath, name string, body []any) {
	t.Helper()
	dot := strings.LastIndexByte(name, '.')
	message := &dbus.Message{Type: dbus.TypeSignal, Body: body, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(to), dbus.FieldPath: dbus.MakeVariant(path),
		dbus.FieldInterface: dbus.MakeVariant(name[:dot]), dbus.FieldMember: dbus.MakeVariant(name[dot+1:]),
	}}
	if len(body) > 0 {
		message.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(body...))
	}
	if call := conn.Send(message, nil); call != nil && call.Err != nil {
		t.Fatal(call.Err)
	}
}

// On a desktop without a tray a message says once where the program is, and everything
// the menu does can be had without it.
func TestADesktopWithoutATray(t *testing.T) {
	u := newUser(t).withDesktop()
	u.panel.Close()
	p := u.launch().ready()
	message := u.notifications.Wait(t.Context(), summary("Configurable Agents is running"))
	u.notifications.Invoke(message.ID, "default")
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard) {
		t.Errorf("the message opened %s", url)
	}
	if out := u.launch(); out.end() != 0 {
		t.Error("the second launch failed")
	}
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard) {
		t.Errorf("the second launch opened %s", url)
	}
	menu := u.command("menu")
	for _, want := range []string{
		"Running\n", "Open Chat", "agents-tray do open chat\n", "agents-tray do restart chat\n", "[ ] Start at login", "agents-tray do at-login on\n",
		"[x] Notifications", "agents-tray do notifications off\n", "agents-tray do quit\n",
	} {
		if !strings.Contains(menu, want) {
			t.Errorf("the menu does not say %q:\n%s", want, menu)
		}
	}
	u.command("do", "open", "chat")
	if url := u.browser.Wait(t.Context()); url != u.url(u.chat) {
		t.Errorf("it opened %s", url)
	}
	u.command("do", "stop", "chat")
	p.status("the Chat has stopped", func(s control.Status) bool { chat, _ := s.Service("chat"); return chat.State == manager.Stopped })
	wrong := u.launchExactly("do", "stop", "nobody")
	if wrong.end() != 1 || !strings.Contains(wrong.out.String(), "no such item") || !strings.Contains(wrong.out.String(), "agents-tray menu") {
		t.Errorf("something else: %s", wrong.out.String())
	}
	u.command("do", "quit")
	p.cleanEnd()
	if told := len(u.notifications.All()); told != 1 {
		t.Errorf("%d messages were shown", told)
	}
	gone := u.launchExactly("do", "quit")
	if gone.end() != 1 || !strings.Contains(gone.out.String(), "is not running") {
		t.Errorf("without an instance: %s", gone.out.String())
	}
}

func TestPauseAndResume(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.item()
	paused := func(s control.Status) bool {
		return !slices.ContainsFunc(s.Services, func(s manager.Service) bool { return s.State != manager.Stopped })
	}
	click(t, item, "Services", "Pause all")
	p.status("all are stopped", paused)
	item.WaitLabel(t.Context(), "Paused")
	if title := item.WaitProperties(t.Context(), func(p traytest.Properties) bool { return strings.Contains(p.Title, "Paused") }); !title.ItemIsMenu {
		t.Error("a click on the icon does not open the menu")
	}
	click(t, item, "Quit")
	p.cleanEnd()

	p = u.launch() // what is paused stays so
	item = p.item()
	item.WaitLabel(t.Context(), "Paused")
	p.status("all stay stopped", paused)
	click(t, item, "Services", "Resume")
	p.ready()
	item.WaitLabel(t.Context(), "Services", "Pause all")

	before := p.status("it answers", func(control.Status) bool { return true })
	click(t, item, "Services", "Restart all")
	p.status("all are other processes", func(s control.Status) bool {
		return !slices.ContainsFunc(s.Services, func(now manager.Service) bool {
			was, _ := before.Service(now.Name)
			return now.State != manager.Running || now.PID == was.PID
		})
	})
}

// One message tells of services that fail together; it changes with them, and what it
// offers works.
func TestMessagesAboutFailures(t *testing.T) {
	u := newUser(t).withDesktop()
	gate := filepath.Join(u.folder, "gate")
	script := fmt.Sprintf(`{command: [sh, -c, "test -e %s || { echo the model is missing; exit 3; }; exec sleep 600"], title: %%s}`, gate)
	u.withServices("  a: " + fmt.Sprintf(script, "Model server") + "\n  b: " + fmt.Sprintf(script, "Index") + "\n  dashboard: {builtin: dashboard, listen: " + fmt.Sprintf("127.0.0.1:%d}\n", u.dashboard))
	p := u.launchExactly()
	item := p.item()
	both := u.notifications.Wait(t.Context(), summary("2 services have failed"))
	if !strings.Contains(both.Body, "Model server keeps crashing\nIndex keeps crashing") {
		t.Errorf("the message says %q", both.Body)
	}
	if state := item.Properties(); !strings.Contains(state.Title, "Model server keeps crashing") {
		t.Errorf("the icon says %q", state.Title)
	}
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	click(t, item, "Services", "Model server", "Restart")
	one := u.notifications.Wait(t.Context(), summary("Index keeps crashing"))
	if one.Replaces != both.ID || !strings.Contains(one.Body, "It ended with an error (exit 3).") || !strings.Contains(one.Body, "the model is missing") {
		t.Errorf("the message is %+v", one)
	}
	if want := []string{"default", "Open log", "0", "Open log", "1", "Restart", "2", "Dismiss"}; !slices.Equal(one.Actions, want) {
		t.Errorf("it offers %q", one.Actions)
	}
	u.notifications.Invoke(one.ID, "1") // Restart
	u.notifications.Wait(t.Context(), summary("Index is running again"))
	item.WaitLabel(t.Context(), "Running")
}

// Switched off, nothing is shown; switched on, at once again.
func TestNotificationsCanBeSwitchedOff(t *testing.T) {
	u := newUser(t).withDesktop()
	u.withServices("  web: {command: [sh, -c, exit 3]}\n")
	p := u.launchExactly()
	item := p.item()
	u.notifications.Wait(t.Context(), summary("web keeps crashing"))
	click(t, item, "Settings", "Notifications")
	item.WaitMenu(t.Context(), func(m traytest.MenuEntry) bool {
		e, _ := m.Find("Settings", "Notifications")
		return e.Checkable && !e.Checked
	})
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.end()
	p = u.launchExactly()
	item = p.item()
	item.WaitLabel(t.Context(), "web keeps crashing")
	time.Sleep(time.Second) // a message would have come by now
	if all := u.notifications.All(); len(all) != 1 {
		t.Errorf("switched off, it shows %+v", all)
	}
	click(t, item, "Settings", "Notifications")
	item.WaitMenu(t.Context(), func(m traytest.MenuEntry) bool { e, _ := m.Find("Settings", "Notifications"); return e.Checked })
	click(t, item, "Services", "web", "Restart")
	for end := time.Now().Add(patience); len(u.notifications.All()) < 2 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if all := u.notifications.All(); len(all) != 2 {
		t.Errorf("switched on, there are %+v", all)
	}
}

// Start at login is off until it is asked for, and shows the truth when somebody else
// changes it.
func TestStartAtLogin(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.item()
	entry := filepath.Join(u.folder, "config", "autostart", "agents-tray.desktop")
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
	if err != nil || !strings.Contains(string(text), "Exec="+p.Path+" --dashboard-port ") {
		t.Errorf("%s (%v)", text, err)
	}
	if out, err := exec.Command(traytest.Need(t, "desktop-file-validate"), entry).CombinedOutput(); err != nil {
		t.Errorf("%s", out)
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

// Where nothing can be copied, a message shows what was to be.
func TestCopyingWithoutAClipboard(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.item()
	click(t, item, "Services", "Chat", "Copy address")
	if n := u.notifications.Wait(t.Context(), summary("Nothing can be copied")); n.Body != u.url(u.chat) {
		t.Errorf("the message says %q", n.Body)
	}
	click(t, item, "About", "Copy diagnosis")
	n := u.notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, "State: running") })
	for _, want := range []string{"Configurable Agents ", "chat: ready, 0 restarts, " + u.url(u.chat), "Files: ~/state/agents-tray"} {
		if !strings.Contains(n.Body, want) {
			t.Errorf("the diagnosis does not say %q:\n%s", want, n.Body)
		}
	}
	if strings.Contains(n.Body, u.folder) {
		t.Errorf("it names the home folder:\n%s", n.Body)
	}
}

// A service that does not stop is killed in the end; meanwhile the icon says what goes
// on, and it goes last.
func TestAHangingServiceDoesNotHangQuit(t *testing.T) {
	u := newUser(t).withDesktop()
	u.withServices(`  deaf: {command: [sh, -c, "trap '' TERM; while :; do sleep 600; done"]}` + "\n")
	p := u.launchExactly()
	item := p.item()
	item.WaitLabel(t.Context(), "Running")
	began := time.Now()
	click(t, item, "Quit")
	item.WaitLabel(t.Context(), "Stopping…")
	if service := p.status("it answers until the end", func(control.Status) bool { return true }); service.Phase != manager.PhaseStopping {
		t.Errorf("the icon was there while the phase was %s", service.Phase)
	}
	item.WaitGone(t.Context())
	if _, err := os.Stat(u.state("control.json")); err == nil {
		t.Error("the icon went before the session had ended")
	}
	if status := p.end(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if took := time.Since(began); took > manager.Grace+3*time.Second {
		t.Errorf("Quit took %v", took)
	}
}

func TestTheTraySpeaksGerman(t *testing.T) {
	u := newUser(t).withDesktop()
	held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", u.chat))
	if err != nil {
		t.Fatal(err)
	}
	u.language = "de_DE.UTF-8"
	p := u.launch()
	item := p.item()
	line := fmt.Sprintf("Port %d ist von %s belegt (PID %d)", u.chat, filepath.Base(os.Args[0]), os.Getpid())
	if len(filepath.Base(os.Args[0])) > 15 { // the kernel keeps no more of a name
		line = fmt.Sprintf("Port %d ist von %s", u.chat, filepath.Base(os.Args[0])[:15])
	}
	item.WaitMenu(t.Context(), func(m traytest.MenuEntry) bool { return strings.HasPrefix(m.Children[0].Label, line) })
	item.WaitLabel(t.Context(), "Dashboard öffnen")
	item.WaitLabel(t.Context(), "Einstellungen", "Bei der Anmeldung starten")
	n := u.notifications.Wait(t.Context(), summary(line))
	if !slices.Contains(n.Actions, "Protokoll öffnen") || !strings.Contains(n.Body, "beenden, oder einen anderen Port für Chat verwenden") {
		t.Errorf("the message is %+v", n)
	}
	held.Close()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
}

// A page that was asked for and takes long is announced, and the announcement goes when
// it opens.
func TestAPageThatTakesLong(t *testing.T) {
	u := newUser(t).withDesktop()
	gate := filepath.Join(u.folder, "gate")
	u.withServices(fmt.Sprintf("  slow: {command: [sh, -c, 'until test -e %s; do sleep 0.1; done; echo ready; exec sleep 600'], title: Slow, url: 'http://127.0.0.1:%d', open: true, ready: {log: ready, timeout: 60s}}\n", gate, u.chat))
	p := u.launchExactly()
	item := p.item()
	click(t, item, "Open Slow")
	n := u.notifications.Wait(t.Context(), summary("Slow is still starting"))
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if url := u.browser.Wait(t.Context()); url != u.url(u.chat) {
		t.Errorf("it opened %s", url)
	}
	u.notifications.WaitClosed(t.Context(), n.ID)
}

// On a real panel every pixel is as it was drawn for that size, in each state, and again
// after the panel has been restarted.
func TestTheIconIsSharpOnARealPanel(t *testing.T) {
	panel := traytest.StartPanel(t)
	u := newUser(t)
	u.bus, u.browser = panel.Bus, traytest.FakeBrowser(t)
	p := u.launch().ready()
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Running) })
	u.command("do", "pause")
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Stopped) })
	panel.Restart()
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Stopped) })
	u.command("do", "resume")
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Running) })
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
}

// shows reports whether the icon of a state is somewhere on the screen, in one of its
// sizes, as it was drawn. Its edges are mixed with the background, and not compared.
func shows(screen image.Image, state icons.State) bool {
	for _, file := range icons.Sizes(state) {
		icon, err := png.Decode(bytes.NewReader(file))
		if err == nil && isOn(screen, icon) {
			return true
		}
	}
	return false
}

func isOn(screen, icon image.Image) bool {
	type pixel struct {
		at   image.Point
		want color.RGBA
	}
	background := color.RGBAModel.Convert(screen.At(0, screen.Bounds().Dy()-1)).(color.RGBA) // the panel's
	var drawn []pixel
	strongest := uint32(0)
	size := icon.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			if _, _, _, a := icon.At(x, y).RGBA(); a > strongest {
				strongest = a
			}
		}
	}
	for y := range size.Y {
		for x := range size.X {
			r, g, b, a := icon.At(x, y).RGBA()
			if a != strongest {
				continue // an edge
			}
			over := func(c uint32, under uint8) uint8 { return uint8((c + uint32(under)*257*(0xffff-a)/0xffff) >> 8) }
			drawn = append(drawn, pixel{image.Pt(x, y), color.RGBA{over(r, background.R), over(g, background.G), over(b, background.B), 255}})
		}
	}
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) <= 3 }
	for y := range screen.Bounds().Dy() - size.Y + 1 {
		for x := range screen.Bounds().Dx() - size.X + 1 {
			if !slices.ContainsFunc(drawn, func(p pixel) bool {
				c := color.RGBAModel.Convert(screen.At(x+p.at.X, y+p.at.Y)).(color.RGBA)
				return !near(c.R, p.want.R) || !near(c.G, p.want.G) || !near(c.B, p.want.B)
			}) {
				return true
			}
		}
	}
	return false
}

// A start that takes long says how long it usually takes, from those before.
func TestHowLongAStartUsuallyTakes(t *testing.T) {
	u := newUser(t).withDesktop()
	u.withServices("  slow: {command: [sh, -c, 'sleep 4; echo ready; exec sleep 600'], ready: {log: ready}}\n")
	for _, line := range []string{"Starting…", "Starting… usually "} { // so many seconds, and what the computer was slower by
		p := u.launchExactly()
		item := p.item()
		item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return strings.HasPrefix(menu.Children[0].Label, line) })
		item.WaitLabel(t.Context(), "Running")
		click(t, item, "Quit")
		p.cleanEnd()
	}
}

// The menu leads to the history, and to the services file, which is made for it.
func TestHistoryAndServicesFile(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.item()
	click(t, item, "Session history…")
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard)+"/sessions" {
		t.Errorf("it opened %s", url)
	}
	click(t, item, "Settings", "Edit services…")
	file := filepath.Join(u.folder, "config", "agents-tray", "services.yaml")
	if url := u.browser.Wait(t.Context()); url != "file://"+file {
		t.Errorf("it opened %s", url)
	}
	u.notifications.Wait(t.Context(), func(n traytest.Notification) bool {
		return strings.Contains(n.Body, "start again to use what you change in services.yaml")
	})
	click(t, item, "Quit")
	p.cleanEnd()
	u.launch().ready() // with the file
}
