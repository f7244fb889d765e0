package guard

import "sync"

// A news is what a run's processes have said that the manager has not been told yet. It
// is written by the goroutines that listen to them and emptied by the guard. However
// much is said, it takes no more room than one Notice.
type news struct {
	ring chan<- struct{} // wakes the guard

	mu     sync.Mutex
	notice Notice
	fresh  bool
}

// add merges something into what is to be told.
func (n *news) add(merge func(*Notice)) {
	n.mu.Lock()
	merge(&n.notice)
	n.fresh = true
	n.mu.Unlock()
	select {
	case n.ring <- struct{}{}:
	default: // it rings already
	}
}

// take returns what there is to tell, nil if nothing.
func (n *news) take() *Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.fresh {
		return nil
	}
	notice := n.notice
	n.notice, n.fresh = Notice{}, false
	return &notice
}

// tell passes on what the units have said.
func (g *guard) tell() {
	for _, u := range g.units {
		u.tell(g.events)
	}
}

func (u *unit) tell(events chan<- Event) {
	if notice := u.news.take(); notice != nil {
		notice.Service, notice.Run = u.start.Service, u.start.Run
		events <- Event{Notice: notice}
	}
}
