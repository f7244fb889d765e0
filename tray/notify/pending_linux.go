package tray

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/godbus/dbus/v5"
)

// At log-in the program may have something to say before there is anybody to show it.
const (
	lateTime   = time.Minute // for which a message waits
	latePlaces = 8           // the oldest makes room
)

// late are messages that wait for a messenger, from the oldest on.
type late []lateMessage

type lateMessage struct {
	Notification
	since time.Time
}

func (l *late) add(n Notification, now time.Time) {
	l.drop(n.Key)
	*l = append(*l, lateMessage{n, now})
	*l = (*l)[max(0, len(*l)-latePlaces):]
}

// drop takes the message of this key away.
func (l *late) drop(key string) {
	*l = slices.DeleteFunc(*l, func(m lateMessage) bool { return key != "" && m.Key == key })
}

// take returns the messages that have not waited for too long, and forgets all.
func (l *late) take(now time.Time) (messages []Notification) {
	for _, m := range *l {
		if now.Sub(m.since) <= lateTime {
			messages = append(messages, m.Notification)
		}
	}
	*l = nil
	return messages
}

// wait keeps a message until somebody comes who can show it; why says what keeps others
// from it.
func (m *messages) wait(n Notification, why error) {
	m.late.add(n, time.Now())
	if !errors.Is(why, context.DeadlineExceeded) { // else somebody is there and hangs
		m.listen()
	}
}

// listen has what waits shown when somebody comes, or has come in this moment.
func (m *messages) listen() {
	if !m.listening && listenForMessengers(m.desktop.connection()) == nil {
		m.listening = true
		m.messengerCame()
	}
}

// messengerCame has what waits shown.
func (m *messages) messengerCame() {
	if len(m.late) > 0 && (m.way != nil || m.choose() == nil) {
		m.showLate()
	}
}

// showLate shows what waits.
func (m *messages) showLate() {
	for _, n := range m.late.take(time.Now()) {
		m.show(n)
	}
}

// listenForMessengers has the bus tell when one comes.
func listenForMessengers(conn *dbus.Conn) error {
	for _, name := range []string{notificationsName, portalName} {
		if err := conn.AddMatchSignal(ownersOf(name)...); err != nil {
			return err
		}
	}
	return nil
}

// ownersOf matches what the bus tells of who has a name.
func ownersOf(name string) []dbus.MatchOption {
	return []dbus.MatchOption{
		dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name),
	}
}
