package guard

import "sync"

// A coalescedNotice is what a run's processes have said since the manager was last told.
// The goroutines that listen to them merge into it; the guard takes it. It holds one
// Notice, however much is said.
type coalescedNotice struct {
	wake chan<- struct{} // the guard's, of capacity 1

	mu      sync.Mutex
	notice  Notice
	pending bool
}

// merge changes the notice and wakes the guard.
func (n *coalescedNotice) merge(change func(*Notice)) {
	n.mu.Lock()
	change(&n.notice)
	n.pending = true
	n.mu.Unlock()
	wake(n.wake)
}

// take returns the notice and begins a new one; nil if nothing was merged.
func (n *coalescedNotice) take() *Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.pending {
		return nil
	}
	notice := n.notice
	n.notice, n.pending = Notice{}, false
	return &notice
}

// sendNotices sends the notices of all runs.
func (g *guard) sendNotices() {
	for _, r := range g.runs {
		r.sendNotice(g.events)
	}
}

func (r *run) sendNotice(events chan<- Event) {
	if notice := r.notice.take(); notice != nil {
		notice.Service, notice.Run = r.start.Service, r.start.Run
		events <- Event{Notice: notice}
	}
}
