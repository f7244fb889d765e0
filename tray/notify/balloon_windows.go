package tray

import "sync"

// A balloon is a message of the icon, for a Windows without toasts. There is one at a
// time. A click on it does the first of its actions; the others are in the menu.
type balloon struct {
	mu     sync.Mutex
	do     func(Intent)
	latest Notification
	on     func(Notification) // the icon, once there is one
}

// show shows a message in place of the one before.
func (b *balloon) show(n Notification) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.latest = n
	if b.on != nil {
		b.on(n)
	}
}

// withdraw takes the message of this key away, if it is the one that is shown.
func (b *balloon) withdraw(key string) {
	b.mu.Lock()
	about := b.latest.Key
	b.mu.Unlock()
	if key != "" && key == about {
		b.show(Notification{})
	}
}

// showOn shows messages on an icon from now on, the latest one at once.
func (b *balloon) showOn(icon func(Notification)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on = icon
	if b.latest.Summary != "" {
		icon(b.latest)
	}
}

// clicked has the first action of the message carried out, once.
func (b *balloon) clicked() {
	b.mu.Lock()
	actions, do := b.latest.Actions, b.do
	b.latest = Notification{}
	b.mu.Unlock()
	if len(actions) > 0 && actions[0].Intent.Verb != Nothing {
		do(actions[0].Intent)
	}
}
