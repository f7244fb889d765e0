package chat

import "sync"

// hub wakes the streams of events. It carries no data: a stream that is told
// that something changed reads what it is now, so none can miss or queue anything.
type hub struct {
	mu       sync.Mutex
	watchers map[*watcher]struct{}
}

// news is what may have changed since a watcher looked last.
type news struct {
	list   bool // of conversations
	thread bool // its messages, their states or its title
	growth bool // the text of the answer being written
	gone   bool // it was deleted
}

// watcher is one stream of events, of a conversation or, with "", of the list alone.
type watcher struct {
	conversation string
	wake         chan struct{} // holds one element when there is news
	news         news          // guarded by the hub
}

func (h *hub) join(conversation string) *watcher {
	w := &watcher{conversation: conversation, wake: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers[w] = struct{}{}
	return w
}

func (h *hub) leave(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers, w)
}

// tell spreads news: of the list to all, the rest to the watchers of conversation.
func (h *hub) tell(conversation string, n news) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		mine := w.conversation == conversation && conversation != ""
		if !n.list && !mine {
			continue
		}
		w.news.list = w.news.list || n.list
		if mine {
			w.news.thread = w.news.thread || n.thread
			w.news.growth = w.news.growth || n.growth
			w.news.gone = w.news.gone || n.gone
		}
		select {
		case w.wake <- struct{}{}:
		default: // already awake
		}
	}
}

// take returns what a watcher was told since the last take.
func (h *hub) take(w *watcher) news {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := w.news
	w.news = news{}
	return n
}
