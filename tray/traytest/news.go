//go:build linux

package traytest

import (
	"context"
	"sync"
	"time"
)

// patience bounds every wait whose context has no earlier end.
const patience = 20 * time.Second

// news wakes those who wait for something to become true. The zero value is ready.
type news struct {
	mu   sync.Mutex
	next chan struct{} // closed by the next spread
}

func (n *news) coming() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

// spread says that something changed.
func (n *news) spread() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

// await looks now and after each change, until it is so, looking fails, or ctx ends.
// Even a short ctx leaves time for one whole look, so that there is something to tell.
func (n *news) await(ctx context.Context, look func(context.Context) (bool, error)) error {
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for {
		coming := n.coming()
		if so, err := look(looking); so || err != nil {
			return err
		}
		select {
		case <-coming:
		case <-ctx.Done():
			return ctx.Err()
		case <-looking.Done():
			return looking.Err()
		}
	}
}
