package notify

import "sync"

// Balloon shows messages as a balloon of the tray icon, which Windows 10 and 11 show as a
// toast. There is one at a time. A click on it answers with the first of its actions; the
// others are in the menu. The zero value is ready for use.
type Balloon struct {
	mu     sync.Mutex
	answer func(answer, token string)
	latest Notification
	icon   func(Notification) // nil until there is one
}

// Notify shows a message in place of the one before, as soon as there is an icon.
func (b *Balloon) Notify(n Notification) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.latest = n
	if b.icon != nil {
		b.icon(n)
		n.tellShown()
	}
}

// Withdraw takes the message of this key away, if it is the one that is shown.
func (b *Balloon) Withdraw(key string) {
	b.mu.Lock()
	about := b.latest.Key
	b.mu.Unlock()
	if key != "" && key == about {
		b.Notify(Notification{})
	}
}

// OnAnswer has answers given to do.
func (b *Balloon) OnAnswer(do func(answer, token string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = do
}

// ShowOn shows messages on an icon from now on, the latest one at once. An empty message
// takes away the one that is shown. icon is called by one goroutine at a time.
func (b *Balloon) ShowOn(icon func(Notification)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.icon = icon
	if b.latest.Summary != "" {
		icon(b.latest)
		b.latest.tellShown()
	}
}

// Clicked answers the message with its first action, once.
func (b *Balloon) Clicked() {
	b.mu.Lock()
	actions, answer := b.latest.Actions, b.answer
	b.latest = Notification{}
	b.mu.Unlock()
	if len(actions) > 0 && actions[0].Answer != "" && answer != nil {
		answer(actions[0].Answer, "")
	}
}

// Close does nothing: the balloon goes with the icon.
func (b *Balloon) Close() {}
