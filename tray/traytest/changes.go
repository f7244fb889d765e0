//go:build linux

package traytest

import (
	"context"
	"sync"
	"time"
)

// patience bounds every wait whose context has no earlier end.
const patience = 20 * time.Second

// changes is a condition variable that can be waited for with a context. The zero value is
// ready for use.
type changes struct {
	mu   sync.Mutex
	next chan struct{} // closed by the next notify
}

func (c *changes) changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = make(chan struct{})
	}
	return c.next
}

// notify wakes all who wait.
func (c *changes) notify() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = nil
	}
}

// await calls check now and after each change until it returns true or an error, or ctx
// ends. check is given a context that outlives a short ctx, so that it runs once in any case.
func (c *changes) await(ctx context.Context, check func(context.Context) (bool, error)) error {
	checking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for {
		changed := c.changed()
		if ok, err := check(checking); ok || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-checking.Done():
			return checking.Err()
		}
	}
}
