//go:build linux

package traytest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

const (
	notificationsName = "org.freedesktop.Notifications"
	notificationsPath = "/org/freedesktop/Notifications"
)

// Why a notification closed, in the specification's numbers.
const (
	Expired   = uint32(1)
	Dismissed = uint32(2)
	Withdrawn = uint32(3) // by the program that showed it
)

// Notification is one call of Notify.
type Notification struct {
	ID       uint32
	Replaces uint32 // the number of one shown before, or 0
	App      string
	Icon     string
	Summary  string
	Body     string
	Actions  []string // key, label, key, label, …
	Hints    map[string]dbus.Variant
	Expire   int32 // milliseconds; 0: never, -1: as the server likes
}

// Notifications is a server of desktop notifications that shows them to the test
// only. It closes none by itself.
type Notifications struct {
	t            testing.TB
	conn         *dbus.Conn
	capabilities []string
	changes      changes

	mu    sync.Mutex
	calls []Notification
	open  map[uint32]bool
	last  uint32
}

// StartNotifications puts the server on the bus. Without capabilities it has
// "actions" and "body".
func (b *Bus) StartNotifications(t testing.TB, capabilities ...string) *Notifications {
	t.Helper()
	if len(capabilities) == 0 {
		capabilities = []string{"actions", "body"}
	}
	conn, err := dbus.Connect(b.Address, dbus.WithIncomingInterceptor(answeredByHand))
	if err != nil {
		t.Fatalf("connect to the test's session bus: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	n := &Notifications{t: t, conn: conn, capabilities: capabilities, open: map[uint32]bool{}}
	err = conn.ExportMethodTable(map[string]any{
		"Notify":               n.notify,
		"CloseNotification":    n.withdraw,
		"GetCapabilities":      func() ([]string, *dbus.Error) { return n.capabilities, nil },
		"GetServerInformation": serverInformation,
	}, notificationsPath, notificationsName)
	if err == nil {
		err = own(conn, notificationsName)
	}
	if err != nil {
		t.Fatalf("start a notification server: %v", err)
	}
	return n
}

// All returns every notification so far, in order.
func (n *Notifications) All() []Notification {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.calls)
}

// Wait returns the first notification, past or to come, that matches.
func (n *Notifications) Wait(ctx context.Context, match func(Notification) bool) Notification {
	n.t.Helper()
	var found Notification
	err := n.changes.await(ctx, func(context.Context) (bool, error) {
		all := n.All()
		at := slices.IndexFunc(all, match)
		if at >= 0 {
			found = all[at]
		}
		return at >= 0, nil
	})
	if err != nil {
		n.t.Fatalf("wait for a notification: %v; there were %s", err, n.summaries())
	}
	return found
}

// WaitClosed returns when a notification is closed, by whomever.
func (n *Notifications) WaitClosed(ctx context.Context, id uint32) {
	n.t.Helper()
	err := n.changes.await(ctx, func(context.Context) (bool, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		return id <= n.last && !n.open[id], nil
	})
	if err != nil {
		n.t.Fatalf("wait for notification %d to be closed: %v", id, err)
	}
}

// Invoke clicks a notification's button, or its text with the key "default". As on
// a desktop the notification closes then.
func (n *Notifications) Invoke(id uint32, key string) {
	n.t.Helper()
	var offered []string
	n.mu.Lock()
	for _, call := range n.calls {
		if call.ID == id && n.open[id] {
			offered = call.Actions // the latest call replaced the ones before
		}
	}
	n.mu.Unlock()
	for i := 0; i < len(offered); i += 2 {
		if offered[i] == key {
			n.emit("ActionInvoked", id, key)
			n.Close(id, Dismissed)
			return
		}
	}
	n.t.Fatalf("notification %d cannot be answered with %q, only with %q; there were %s", id, key, offered, n.summaries())
}

// Close closes a notification as time (Expired) or a person (Dismissed) does.
func (n *Notifications) Close(id, reason uint32) {
	n.mu.Lock()
	was := n.open[id]
	delete(n.open, id)
	n.mu.Unlock()
	if was {
		n.emit("NotificationClosed", id, reason)
		n.changes.notify()
	}
}

// Leave ends the server, as a crash does.
func (n *Notifications) Leave() { _ = n.conn.Close() }

// answeredByHand keeps the library from answering Notify: a test that acts on a
// notification must not be faster than the answer that tells the program its number.
func answeredByHand(m *dbus.Message) {
	if m.Type == dbus.TypeMethodCall && m.Headers[dbus.FieldMember].Value() == "Notify" {
		m.Flags |= dbus.FlagNoReplyExpected
	}
}

func (n *Notifications) notify(app string, replaces uint32, icon, summary, body string, actions []string,
	hints map[string]dbus.Variant, expire int32, call dbus.Message) *dbus.Error {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := replaces
	if id == 0 {
		n.last++
		id = n.last
	}
	n.conn.Send(&dbus.Message{
		Type: dbus.TypeMethodReply,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: call.Headers[dbus.FieldSender],
			dbus.FieldReplySerial: dbus.MakeVariant(call.Serial()),
			dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(id)),
		},
		Body: []any{id},
	}, nil)
	n.open[id] = true
	n.calls = append(n.calls, Notification{
		ID: id, Replaces: replaces, App: app, Icon: icon, Summary: summary, Body: body,
		Actions: actions, Hints: hints, Expire: expire,
	})
	n.changes.notify()
	return nil
}

func (n *Notifications) withdraw(id uint32) *dbus.Error {
	n.Close(id, Withdrawn)
	return nil
}

func serverInformation() (name, vendor, version, specification string, err *dbus.Error) {
	return "traytest", "agents-tray", "1", "1.2", nil
}

func (n *Notifications) emit(signal string, values ...any) {
	_ = n.conn.Emit(notificationsPath, notificationsName+"."+signal, values...) // fails when the bus is gone
}

func (n *Notifications) summaries() string {
	var b strings.Builder
	for _, call := range n.All() {
		fmt.Fprintf(&b, "\n%d: %s: %s %q", call.ID, call.Summary, call.Body, call.Actions)
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}
