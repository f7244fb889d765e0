//go:build linux || windows

package guard

import (
	"testing"
	"time"
)

// A conversation is one with a guard under test.
type conversation struct {
	*Client
	t    testing.TB
	mark string // names it in the environment of all that it starts
	logs string // folder
}

// next returns the next event.
func (c *conversation) next() Event {
	c.t.Helper()
	select {
	case e, ok := <-c.Events():
		if !ok {
			c.t.Fatalf("the guard is gone: %v", c.Err())
		}
		return e
	case <-time.After(20 * time.Second):
		c.t.Fatal("the guard says nothing")
	}
	return Event{}
}

func (c *conversation) send(r Request) {
	c.t.Helper()
	must(c.t, c.Send(r))
}

// exited and gone take the two events about a run's end.
func (c *conversation) exited() *Exited {
	c.t.Helper()
	e := c.next()
	if e.Exited == nil {
		c.t.Fatalf("instead of exited: %+v", e)
	}
	return e.Exited
}

func (c *conversation) gone() *Gone {
	c.t.Helper()
	e := c.next()
	if e.Gone == nil {
		c.t.Fatalf("instead of gone: %+v", e)
	}
	return e.Gone
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
