package tray

import (
	"context"
	"html"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	notificationsName = "org.freedesktop.Notifications"
	notificationsPath = "/org/freedesktop/Notifications"

	showTime = 10 * time.Second // for the desktop to start what shows notifications, too
)

// messages are the notifications that are shown, by the Desktop Notifications
// Specification 1.2. Its library on the shelf (esiqveland/notify) ends the program when
// somebody sends a signal of an unexpected shape.
type messages struct {
	queue chan func() // work for the one goroutine that talks to the desktop
	done  chan struct{}

	// Of that goroutine. Answers come to it, too: after the number of what they answer.
	asked   bool // what the desktop can do
	actions bool
	markup  bool
	shown   map[string]uint32   // number by key
	answers map[uint32][]Action // by number
	desktop *Desktop

	mu    sync.Mutex
	do    func(Intent)
	ended bool
}

// begin starts the goroutine.
func (m *messages) begin(d *Desktop) {
	m.queue, m.done = make(chan func(), 32), make(chan struct{})
	m.shown, m.answers = map[string]uint32{}, map[uint32][]Action{}
	m.desktop, m.do = d, func(Intent) {}
	go func() {
		defer close(m.done)
		for work := range m.queue {
			work()
		}
	}()
}

// end waits a moment for what is still to be shown.
func (m *messages) end() {
	m.mu.Lock()
	m.ended = true
	close(m.queue)
	m.mu.Unlock()
	select {
	case <-m.done:
	case <-time.After(time.Second):
		m.desktop.connection().Close() // that ends what it waits for
		<-m.done
	}
}

// post gives the goroutine work; one that is that far behind does without.
func (m *messages) post(work func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return
	}
	select {
	case m.queue <- work:
	default:
	}
}

// Notify shows a message. It does not wait for it to be shown.
func (d *Desktop) Notify(n Notification) { d.messages.post(func() { d.messages.show(n) }) }

// Withdraw takes the message of this key away, if it is shown.
func (d *Desktop) Withdraw(key string) { d.messages.post(func() { d.messages.withdraw(key) }) }

// Answer has answers to notifications carried out. Until it is called they get lost.
func (d *Desktop) Answer(do func(Intent)) {
	d.messages.mu.Lock()
	defer d.messages.mu.Unlock()
	d.messages.do = do
}

func (m *messages) answer() func(Intent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.do
}

// forget drops what was shown on a bus that is gone.
func (m *messages) forget() {
	m.post(func() {
		m.asked = false
		clear(m.shown)
		clear(m.answers)
	})
}

// ask finds out what the desktop can do, and listens for answers.
func (m *messages) ask() {
	if m.asked {
		return
	}
	m.asked = true
	var capabilities []string
	_ = m.call("GetCapabilities").Store(&capabilities) // then it can do nothing
	m.actions, m.markup = slices.Contains(capabilities, "actions"), slices.Contains(capabilities, "body-markup")
	_ = m.desktop.connection().AddMatchSignal(dbus.WithMatchObjectPath(notificationsPath), dbus.WithMatchInterface(notificationsName))
}

func (m *messages) call(method string, arguments ...any) *dbus.Call {
	ctx, cancel := context.WithTimeout(context.Background(), showTime)
	defer cancel()
	return m.desktop.connection().Object(notificationsName, notificationsPath).CallWithContext(ctx, notificationsName+"."+method, 0, arguments...)
}

func (m *messages) show(n Notification) {
	m.ask()
	body := n.Body
	if m.markup {
		body = html.EscapeString(body)
	}
	buttons := []string{} // key, label, key, label, …
	if len(n.Actions) > 0 && m.actions {
		buttons = append(buttons, "default", n.Actions[0].Label)
		for i, action := range n.Actions {
			buttons = append(buttons, strconv.Itoa(i), action.Label)
		}
	}
	urgency := byte(1)
	if n.Urgent {
		urgency = 2
	}
	before := m.shown[n.Key]
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(urgency), "desktop-entry": dbus.MakeVariant("agents-tray")}
	var id uint32
	if m.call("Notify", Name, before, "agents-tray", n.Summary, body, buttons, hints, int32(-1)).Store(&id) != nil {
		return // a desktop without notifications
	}
	delete(m.answers, before)
	m.answers[id] = n.Actions
	if n.Key != "" {
		m.shown[n.Key] = id
	}
}

func (m *messages) withdraw(key string) {
	id, shown := m.shown[key]
	delete(m.shown, key)
	delete(m.answers, id)
	if shown {
		m.call("CloseNotification", id)
	}
}

// hear takes an answer to a notification.
func (m *messages) hear(signal *dbus.Signal) {
	var id, reason uint32
	var key string
	switch {
	case signal.Name == notificationsName+".ActionInvoked" && dbus.Store(signal.Body, &id, &key) == nil:
		m.post(func() {
			if intent := m.answered(id, key); intent.Verb != Nothing {
				m.answer()(intent)
			}
		})
	case signal.Name == notificationsName+".NotificationClosed" && dbus.Store(signal.Body, &id, &reason) == nil:
		m.post(func() { m.answered(id, "") })
	}
}

// answered forgets a notification, and returns what the pressed button asks for.
func (m *messages) answered(id uint32, key string) Intent {
	actions := m.answers[id]
	delete(m.answers, id)
	for about, number := range m.shown {
		if number == id {
			delete(m.shown, about)
		}
	}
	pressed, err := strconv.Atoi(key)
	if key == "default" {
		pressed, err = 0, nil
	}
	if err != nil || pressed < 0 || pressed >= len(actions) {
		return Intent{}
	}
	return actions[pressed].Intent
}
