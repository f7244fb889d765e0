package chat

import "sync"

// hub notifies the event streams of changes. Notices carry no content and are merged: a
// stream reads the current content, so that a slow one neither misses nor queues any.
type hub struct {
	mu          sync.Mutex
	subscribers map[*subscriber]struct{}
}

// changes is what may have changed since a subscriber took its last notice.
type changes struct {
	list   bool // the list of conversations
	thread bool // the conversation's messages, their states or its title
	growth bool // the text of the answer being written
	gone   bool // the conversation was deleted
}

// subscriber is an event stream of one conversation; of "", the list only.
type subscriber struct {
	conversation string
	wake         chan struct{} // has capacity 1; an element means that pending is not empty
	pending      changes       // guarded by hub.mu
}

func (h *hub) subscribe(conversation string) *subscriber {
	w := &subscriber{conversation: conversation, wake: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subscribers[w] = struct{}{}
	return w
}

func (h *hub) unsubscribe(w *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subscribers, w)
}

// publish notifies all subscribers of a change of the list, and those of conversation of
// the others.
func (h *hub) publish(conversation string, n changes) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.subscribers {
		mine := w.conversation == conversation && conversation != ""
		if !n.list && !mine {
			continue
		}
		w.pending.list = w.pending.list || n.list
		if mine {
			w.pending.thread = w.pending.thread || n.thread
			w.pending.growth = w.pending.growth || n.growth
			w.pending.gone = w.pending.gone || n.gone
		}
		select {
		case w.wake <- struct{}{}:
		default: // a wake is due already
		}
	}
}

// take returns and clears what has changed for a subscriber.
func (h *hub) take(w *subscriber) changes {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := w.pending
	w.pending = changes{}
	return n
}
