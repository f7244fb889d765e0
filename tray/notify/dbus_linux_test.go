package notify

import (
	"slices"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"agents-tray/tray/traytest"
)

// connect returns a notifier on the bus at an address, and the answers it gives.
func connect(t *testing.T, address string) (*DBus, <-chan string) {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	notifier := NewDBus(func() *dbus.Conn { return conn })
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		for signal := range signals {
			notifier.Signal(signal)
		}
	}()
	t.Cleanup(func() {
		notifier.Close()
		conn.Close()
		<-heard
	})
	answers := make(chan string, 16)
	notifier.OnAnswer(func(answer, token string) { answers <- answer })
	return notifier, answers
}

// keepsCrashing is a message with all there can be.
var keepsCrashing = Notification{
	Key: "trouble", Summary: "Chat <b>keeps</b> crashing", Body: "It ended & so on", Urgent: true,
	Actions: []Action{{"Open log", "show log"}, {"Restart", "restart"}, {Label: "Dismiss"}},
}

func expect(t *testing.T, asked <-chan string, want string) {
	t.Helper()
	select {
	case got := <-asked:
		if got != want {
			t.Errorf("the answer asks for %q, not for %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("no answer came, which was to ask for %q", want)
	}
}

// latest waits until so many messages were shown, and returns the last of them.
func latest(t *testing.T, shown *traytest.Notifications, count int) traytest.Notification {
	t.Helper()
	return shown.Wait(t.Context(), func(n traytest.Notification) bool {
		all := shown.All()
		return len(all) >= count && n.ID == all[count-1].ID && n.Summary == all[count-1].Summary
	})
}

// In a sandbox messages come by the notifier's portal, with buttons that work; a later one
// takes the place of the one before, and it goes when it is no longer true.
func TestMessagesFromASandbox(t *testing.T) {
	bus, address := traytest.StartSandbox(t)
	shown := bus.StartNotifications(t)
	notifier, asked := connect(t, address)

	notifier.Notify(keepsCrashing)
	first := latest(t, shown, 1)
	if first.Summary != keepsCrashing.Summary || first.Body != keepsCrashing.Body {
		t.Errorf("it says %q and %q", first.Summary, first.Body)
	}
	if want := []string{"0", "Open log", "1", "Restart", "2", "Dismiss"}; !slices.Equal(first.Actions[2:], want) {
		t.Errorf("it offers %q", first.Actions)
	}
	if urgency := first.Hints["urgency"].Value(); urgency != byte(2) {
		t.Errorf("it is as urgent as %v", urgency)
	}
	shown.Invoke(first.ID, "1")
	expect(t, asked, "restart")

	notifier.Notify(keepsCrashing)
	shown.Invoke(latest(t, shown, 2).ID, "default")
	expect(t, asked, "show log")

	notifier.Notify(keepsCrashing)
	third := latest(t, shown, 3)
	notifier.Notify(Notification{Key: keepsCrashing.Key, Summary: "Chat is running again"})
	fourth := latest(t, shown, 4)
	if fourth.Replaces != third.ID || len(fourth.Actions) != 0 && fourth.Actions[0] != "default" {
		t.Errorf("the latest is %+v, after %d", fourth, third.ID)
	}
	notifier.Withdraw(keepsCrashing.Key)
	shown.WaitClosed(t.Context(), fourth.ID)
}

// Who shows messages may come after the program, as at log-in, and come again. What there
// was to say until then is said unless it is no longer true.
func TestMessagesWithoutAServerAtFirst(t *testing.T) {
	bus := traytest.StartBus(t)
	notifier, asked := connect(t, bus.Address)
	for range 2 {
		notifier.Notify(Notification{Key: "unclean", Summary: "Nobody sees this"})
		notifier.Notify(Notification{Key: keepsCrashing.Key, Summary: "Nor this"})
		notifier.Withdraw("unclean")
		notifier.Notify(keepsCrashing)
		settle(notifier)
		shown := bus.StartNotifications(t)
		n := latest(t, shown, 1)
		if n.Summary != keepsCrashing.Summary {
			t.Errorf("the first message is %q", n.Summary)
		}
		if !slices.Contains(n.Actions, "Restart") || n.Hints["desktop-entry"].Value() != "arpa.home.agentstray" {
			t.Errorf("it is %+v", n)
		}
		shown.Invoke(n.ID, "1")
		expect(t, asked, "restart")
		shown.Leave()
	}
}

// What waits is never shown over what is newer.
func TestALateMessageIsNotTheLatest(t *testing.T) {
	bus := traytest.StartBus(t)
	notifier, _ := connect(t, bus.Address)
	notifier.Notify(Notification{Key: "trouble", Summary: "It fails"})
	notifier.Notify(Notification{Key: "unclean", Summary: "It was killed"})
	settle(notifier)
	busy := make(chan struct{})
	notifier.post(func() { <-busy })
	notifier.Notify(Notification{Key: "trouble", Summary: "It is back"})
	shown := bus.StartNotifications(t) // that is heard after all this
	close(busy)
	settle(notifier)
	latest(t, shown, 2)
	settle(notifier)
	var summaries []string
	for _, n := range shown.All() {
		summaries = append(summaries, n.Summary)
	}
	if want := []string{"It was killed", "It is back"}; !slices.Equal(summaries, want) {
		t.Errorf("shown are %q, not %q", summaries, want)
	}
}

// settle waits until what was to be shown is shown, or cannot be.
func settle(d *DBus) {
	done := make(chan struct{})
	d.post(func() { close(done) })
	<-done
}

// A portal that hangs holds up nobody, neither who has something to tell nor the end.
func TestAPortalThatHangs(t *testing.T) {
	bus := traytest.StartBus(t)
	portal := bus.Connect(t)
	asked, ended := make(chan struct{}, 16), make(chan struct{})
	hang := func(string, string) (dbus.Variant, *dbus.Error) {
		asked <- struct{}{}
		<-ended
		return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.Failed", nil)
	}
	if err := portal.ExportMethodTable(map[string]any{"Get": hang}, portalPath, "org.freedesktop.DBus.Properties"); err != nil {
		t.Fatal(err)
	}
	if _, err := portal.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	conn, err := dbus.Connect(bus.Address)
	if err != nil {
		t.Fatal(err)
	}
	notifier := NewDBus(func() *dbus.Conn { return conn })
	for range 100 { // more than wait for their turn
		notifier.Notify(keepsCrashing)
	}
	<-asked
	began := time.Now()
	notifier.Close()
	if took := time.Since(began); took > callTime/2 {
		t.Errorf("the end took %v", took)
	}
	close(ended)
}
