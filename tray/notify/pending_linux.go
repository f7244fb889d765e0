package notify

import (
	"slices"
	"time"
)

// At log-in the program may have something to say before there is anybody to show it.
const (
	pendingTime = time.Minute // for which a message waits
	mostPending = 8           // the oldest makes room
)

// pending are messages that wait for a backend, oldest first.
type pending []pendingMessage

type pendingMessage struct {
	Notification
	since time.Time
}

func (p *pending) add(n Notification, now time.Time) {
	p.drop(n.Key)
	*p = append(*p, pendingMessage{n, now})
	*p = (*p)[max(0, len(*p)-mostPending):]
}

// drop takes the message of this key away.
func (p *pending) drop(key string) {
	*p = slices.DeleteFunc(*p, func(m pendingMessage) bool { return key != "" && m.Key == key })
}

// take returns the messages that have not waited for too long, and forgets all.
func (p *pending) take(now time.Time) (messages []Notification) {
	for _, m := range *p {
		if now.Sub(m.since) <= pendingTime {
			messages = append(messages, m.Notification)
		}
	}
	*p = nil
	return messages
}
