package tray

import "sync"

// messages are balloons of the icon, which Windows 10 and later show as toasts. A click on
// one does the first of its actions; the others are in the menu. Buttons take a COM server,
// and the library that has one (go-toast) can neither replace a message nor take it back.
type messages struct {
	mu     sync.Mutex
	do     func(Intent)
	latest Notification
	on     func(Notification) // the icon, once there is one
}

// show shows a message in place of the one before.
func (m *messages) show(n Notification) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.latest = n
	if m.on != nil {
		m.on(n)
	}
}

// withdraw takes the message of this key away, if it is the one that is shown.
func (m *messages) withdraw(key string) {
	m.mu.Lock()
	about := m.latest.Key
	m.mu.Unlock()
	if key != "" && key == about {
		m.show(Notification{})
	}
}

// showOn shows messages on an icon from now on, the latest one at once.
func (m *messages) showOn(icon func(Notification)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.on = icon
	if m.latest.Summary != "" {
		icon(m.latest)
	}
}

// clicked has the first action of the message carried out, once.
func (m *messages) clicked() {
	m.mu.Lock()
	actions, do := m.latest.Actions, m.do
	m.latest = Notification{}
	m.mu.Unlock()
	if len(actions) > 0 && actions[0].Intent.Verb != Nothing {
		do(actions[0].Intent)
	}
}

// end has nothing to wait for.
func (m *messages) end() {}
