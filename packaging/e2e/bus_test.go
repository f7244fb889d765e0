//go:build linux

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

// When the bus dies the program goes on, and shows its icon on the next one: with what
// has happened meanwhile, and a menu that works.
func TestTheBusIsGoneAndBack(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	p.Item().WaitLabel(t.Context(), "Running")
	for _, command := range [][]string{{"do", "stop", "chat"}, {"do", "start", "chat"}} {
		u.Bus.Stop()
		u.Command(command...) // its changes meet a bus that is not there
		want := map[string]manager.State{"stop": manager.Stopped, "start": manager.Ready}[command[1]]
		p.Status("the Chat is "+string(want), func(s control.Status) bool { return theChat(s).State == want })
		u.Bus.Restart()
		u.Panel = u.Bus.StartHost(t)
		u.Notifications = u.Bus.StartNotifications(t)
		item := p.Item()
		other := map[string]string{"stop": "Start", "start": "Stop"}[command[1]]
		item.WaitLabel(t.Context(), "Services", "Chat", other)
		if title := item.Properties().Title; !strings.Contains(title, "Running") {
			t.Errorf("the icon says %q", title)
		}
	}
	item := p.Item()
	click(t, item, "Open Dashboard")
	u.opens(u.URL(u.Dashboard))
	click(t, item, "Quit")
	p.CleanEnd()
}

// Quit works while there is no bus, and so does a signal.
func TestTheEndWithoutABus(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	p.Item().WaitLabel(t.Context(), "Running")
	u.Bus.Stop()
	u.Command("do", "quit")
	p.CleanEnd()
}

// Anybody on the bus may send anything to anybody. The tray library ends its watch for
// panels at the first signal that is too short, and other libraries the program.
func TestSignalsOfAnyShape(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices("  web: {command: [sh, -c, exit 3], restart: {max_delay: 10ms, give_up: 3 in 60s}}\n") // so that a message is shown, and answers are listened to
	p := u.launchExactly()
	p.Item()
	u.Notifications.Wait(t.Context(), summary("web"))
	conn := u.Bus.Connect(t)
	var names []string
	must(t, conn.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names))
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
	u.Panel.Close()
	u.Panel = u.Bus.StartHost(t)
	p.Item().WaitLabel(t.Context(), "web keeps crashing")
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
	t.Parallel()
	u := newUser(t).withDesktop()
	u.Panel.Close()
	p := u.launch().ready()
	message := u.Notifications.Wait(t.Context(), summary("Configurable Agents is running"))
	u.Notifications.Invoke(message.ID, "default")
	u.opens(u.URL(u.Dashboard))
	time.Sleep(doubleClick)
	if out := u.launch(); out.End() != 0 {
		t.Error("the second launch failed")
	}
	u.opens(u.URL(u.Dashboard))
	menu := u.Command("menu")
	webtest.Contains(t, menu, "Running\n", "Open Chat", "agents-tray do open chat\n", "agents-tray do restart chat\n", "[ ] Start at login", "agents-tray do at-login on\n",
		"[x] Notifications", "agents-tray do notifications off\n", "agents-tray do quit\n")
	u.Command("do", "open", "chat")
	u.opens(u.URL(u.Chat))
	u.Command("do", "at-login", "off") // as it is already
	u.Command("do", "stop", "chat")
	p.Status("the Chat has stopped", is("chat", manager.Stopped))
	u.fails(1, []string{"do", "stop", "nobody"}, "no such item", "agents-tray menu")
	u.Command("do", "quit")
	p.CleanEnd()
	if told := len(u.Notifications.All()); told != 1 {
		t.Errorf("%d messages were shown", told)
	}
	u.fails(3, []string{"do", "quit"}, "is not running")
}
