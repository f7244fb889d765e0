package chat

import "sync"

// hub wakes the streams of events. It carries no data: a stream that is told
// that something changed reads what it is now, so none can miss or queue anything.
type hub struct {
	mu          sync.Mutex
	subscribers map[*subscriber]struct{}
}

// news is what may have changed since a subscriber looked last.
type changes struct {
	list   bool // of conversations
	thread bool // its messages, their states or its title
	growth bool // the text of the answer being written
	gone   bool // it was deleted
}

// subscriber is one stream of events, of a conversation or, with "", of the list alone.
type subscriber struct {
	conversation string
	wake         chan struct{} // holds one element when there is news
	pending      changes       // guarded by the hub
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

// tell spreads news: of the list to all, the rest to the subscribers of conversation.
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
		default: // already awake
		}
	}
}

// take returns what a subscriber was told since the last take.
func (h *hub) take(w *subscriber) changes {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := w.pending
	w.pending = changes{}
	return n
}
