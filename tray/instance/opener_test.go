package instance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager"
	"agents-tray/tray/open"
)

// clicker is somebody who opens pages, and sees what comes of it.
type clicker struct {
	opener
	mu    sync.Mutex
	seen  []string
	fails error
}

func newClicker() *clicker {
	c := &clicker{}
	c.open = func(address string, on open.Desktop) error {
		c.see(strings.TrimSpace("open " + address + " " + on.Token))
		return c.fails
	}
	c.opened = func(o *opening) {
		if o.err != nil {
			c.see("failed " + o.url)
		}
	}
	c.withdraw = func(p page) { c.see("withdraw " + p.service) }
	return c
}

func (c *clicker) see(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, what)
}

// click wants a service's page while the service is in a state, as the instance does.
func (c *clicker) click(service, path, token string, state manager.State) *opening {
	pending := c.want(page{service, path}, open.Desktop{Token: token}, false, func() { c.see("slow " + service) })
	c.is(service, state)
	return pending
}

// is tells that a service is in a state.
func (c *clicker) is(service string, state manager.State) {
	c.look(manager.Snapshot{Services: []manager.Service{{Name: service, State: state, URL: "http://" + service}}})
	synctest.Wait()
}

func TestOpening(t *testing.T) {
	const a = "a"
	for name, test := range map[string]struct {
		do   func(*clicker)
		want []string
	}{
		"at once":        {func(c *clicker) { c.click(a, "", "", manager.Ready) }, []string{"open http://a"}},
		"a double click": {func(c *clicker) { c.click(a, "", "", manager.Ready); c.click(a, "", "", manager.Ready) }, []string{"open http://a"}},
		"other pages":    {func(c *clicker) { c.click(a, "", "", manager.Ready); c.click(a, "/b", "", manager.Ready) }, []string{"open http://a", "open http://a/b"}},
		"again, later": {func(c *clicker) {
			c.click(a, "", "", manager.Ready)
			time.Sleep(coalesceTime)
			c.click(a, "", "", manager.Ready)
		}, []string{"open http://a", "open http://a"}},
		"when it answers": {func(c *clicker) {
			c.click(a, "", "", manager.Starting)
			c.click(a, "", "", manager.Waiting)
			c.is(a, manager.Ready)
		}, []string{"open http://a"}},
		"both when it answers": {func(c *clicker) {
			c.click(a, "", "", manager.Starting)
			c.click(a, "/b", "", manager.Starting)
			c.is(a, manager.Ready)
			slices.Sort(c.seen) // they are opened side by side
		}, []string{"open http://a", "open http://a/b"}},
		"late": {func(c *clicker) {
			c.click(a, "", "", manager.BackingOff)
			time.Sleep(slowTime + 1)
			c.is(a, manager.Ready)
		},
			[]string{"slow a", "withdraw a", "open http://a"}},
		"failed": {func(c *clicker) {
			c.click(a, "", "", manager.Starting)
			c.is(a, manager.Failed)
			c.is(a, manager.Ready)
		}, nil},
		"stopped": {func(c *clicker) {
			c.click(a, "", "", manager.Starting)
			c.is(a, manager.Stopped)
			c.is(a, manager.Ready)
		}, nil},
		"failed, late": {func(c *clicker) {
			c.click(a, "", "", manager.Starting)
			time.Sleep(slowTime + 1)
			c.is(a, manager.Failed)
		}, []string{"slow a", "withdraw a"}},
		"gone": {func(c *clicker) {
			c.click(a, "", "", manager.Starting)
			c.look(manager.Snapshot{})
			c.is(a, manager.Ready)
		}, nil},
		"the latest leave": {func(c *clicker) {
			c.click(a, "", "old", manager.Starting)
			c.click(a, "", "new", manager.Starting)
			c.click(a, "", "", manager.Ready)
		},
			[]string{"open http://a new"}},
		"held while its service is started": {func(c *clicker) {
			pending := c.want(page{service: a}, open.Desktop{}, true, func() {})
			c.is(a, manager.Stopped)
			c.release(pending)
			c.is(a, manager.Ready)
		}, []string{"open http://a"}},
		"its start was refused": {func(c *clicker) {
			pending := c.want(page{service: a}, open.Desktop{}, true, func() {})
			c.release(pending)
			c.is(a, manager.Stopped)
			c.is(a, manager.Ready)
		}, nil},
		"no browser": {func(c *clicker) {
			c.fails = errors.New("none")
			c.click(a, "", "", manager.Ready)
			c.click(a, "", "", manager.Ready) // no double click: nothing was opened
		}, []string{"open http://a", "failed http://a", "open http://a", "failed http://a"}},
		"at the end": {func(c *clicker) {
			c.click(a, "", "", manager.Starting)
			c.close()
			c.click(a, "", "", manager.Ready)
			time.Sleep(time.Hour)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClicker()
				test.do(c)
				c.close()
				synctest.Wait()
				if name == "both when it answers" {
					slices.Sort(c.seen) // at once
				}
				if !slices.Equal(c.seen, test.want) {
					t.Errorf("%q, want %q", c.seen, test.want)
				}
			})
		})
	}
}

// Whoever waits is told.
func TestWhatCameOfAnOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClicker()
		waits := c.click("a", "", "", manager.Starting)
		if !c.isWaiting(waits) {
			t.Error("it does not wait for its service")
		}
		c.is("a", manager.Failed)
		opened := c.click("b", "", "", manager.Ready)
		<-waits.done
		<-opened.done
		if got := fmt.Sprint(waits.err, opened.err, c.isWaiting(opened)); got != fmt.Sprint(errDropped, nil, false) {
			t.Errorf("it was told %s", got)
		}
	})
}
