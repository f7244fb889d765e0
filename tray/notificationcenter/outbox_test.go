package notificationcenter

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fakeCenter is a center that does as it is told.
type fakeCenter struct {
	answered func(token string, button int)
	permit   func(context.Context) error
	show     func(context.Context, Message) error

	mu    sync.Mutex
	shown map[string]Message // by place
	log   []string
}

func (c *fakeCenter) Open(answered func(string, int)) { c.answered = answered }

func (c *fakeCenter) Permit(ctx context.Context) error {
	c.note("ask")
	if c.permit != nil {
		return c.permit(ctx)
	}
	return nil
}

func (c *fakeCenter) Show(ctx context.Context, m Message) error {
	if c.show != nil {
		if err := c.show(ctx, m); err != nil {
			return err
		}
	}
	c.note("show " + m.Title)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown[m.Place] = m
	return nil
}

func (c *fakeCenter) Withdraw(place string) {
	c.note("withdraw " + place)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.shown, place)
}

func (c *fakeCenter) note(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = append(c.log, text)
}

// noted returns what was done with the center since the last time, without the questions.
func (c *fakeCenter) noted() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	done := slices.DeleteFunc(c.log, func(line string) bool { return line == "ask" })
	c.log = nil
	return strings.Join(done, ", ")
}

// at returns the message that is shown at a place.
func (c *fakeCenter) at(place string) Message {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown[place]
}

// record is what buttons have asked for, or what was shown in the other way.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

func (r *record) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.lines, want) {
		t.Errorf("there was %q, and should be %q", r.lines, want)
	}
	r.lines = nil
}

// outbox runs a test with an outbox on a center; what cannot be shown is in instead.
func outbox(t *testing.T, test func(t *testing.T, c *fakeCenter, o *Outbox, asked, instead *record)) {
	synctest.Test(t, func(t *testing.T) {
		c := &fakeCenter{shown: map[string]Message{}}
		asked, instead := new(record), new(record)
		o := NewOutbox(c, func(_ context.Context, title, body string) { instead.add(title + ": " + body) })
		test(t, c, o, asked, instead)
		if !o.closed {
			o.Close()
		}
	})
}

func (r *record) button(label string) Button { return Button{label, func() { r.add(label) }} }

// Each answer counts once, and only for the message that it was given to.
func TestAnswersCountOnce(t *testing.T) {
	outbox(t, func(t *testing.T, c *fakeCenter, o *Outbox, asked, _ *record) {
		buttons := []Button{asked.button("Open log"), asked.button("Restart"), {Label: "Dismiss"}}
		o.Show("trouble", "Chat", "", true, buttons)
		m := c.at("trouble")
		if !slices.Equal(m.Buttons, []string{"Open log", "Restart", "Dismiss"}) || !m.Sound {
			t.Errorf("the message is %+v", m)
		}
		c.answered(m.Token, 1)
		c.answered(m.Token, 0)
		asked.expect(t, "Restart")

		for _, button := range []int{2, 3, -1} { // nothing to do, and no buttons
			o.Show("trouble", "Chat", "", true, buttons)
			c.answered(c.at("trouble").Token, button)
		}
		c.answered("another run's", 0)
		asked.expect(t)

		o.Show("trouble", "Chat", "", true, buttons)
		before := c.at("trouble")
		o.Show("trouble", "Index", "", true, []Button{asked.button("Show index")})
		c.answered(before.Token, 0)
		asked.expect(t)
		c.answered(c.at("trouble").Token, 0)
		asked.expect(t, "Show index")

		o.Show("trouble", "Chat", "", true, buttons)
		before = c.at("trouble")
		o.Withdraw("trouble")
		c.answered(before.Token, 0)
		asked.expect(t)
	})
}

// A message without a key has a place of its own; one with a key has the place of the one
// before, and leaves it when it is withdrawn, once.
func TestPlaces(t *testing.T) {
	outbox(t, func(t *testing.T, c *fakeCenter, o *Outbox, _, _ *record) {
		o.Withdraw("trouble") // nobody is to be asked about what is not there
		if synctest.Wait(); len(c.log) > 0 {
			t.Errorf("it does %q", c.log)
		}
		o.Show("", "1", "", false, nil)
		o.Show("", "2", "", false, nil)
		o.Show("trouble", "3", "", false, nil)
		synctest.Wait()
		o.Show("trouble", "4", "", false, nil)
		if got := c.noted(); got != "show 1, show 2, show 3, show 4" || len(c.shown) != 3 || c.shown["trouble"].Title != "4" {
			t.Errorf("%s: %v", got, c.shown)
		}
		o.Withdraw("trouble")
		o.Withdraw("trouble")
		o.Withdraw("")
		if got := c.noted(); got != "withdraw trouble" {
			t.Error(got)
		}
	})
}

// While the user has not said yet whether there may be messages, they wait: the latest of
// each key, and none that was withdrawn.
func TestWaitingForPermission(t *testing.T) {
	outbox(t, func(t *testing.T, c *fakeCenter, o *Outbox, _, instead *record) {
		granted := make(chan error)
		c.permit = func(context.Context) error { return <-granted }
		o.Show("trouble", "Chat fails", "", false, nil)
		o.Show("quit", "Quit?", "", false, nil)
		synctest.Wait()
		o.Show("", "Note", "", false, nil)
		o.Show("trouble", "Chat is back", "", false, nil)
		o.Withdraw("quit")
		if got := c.noted(); got != "" {
			t.Error(got)
		}
		close(granted)
		if got := c.noted(); got != "show Note, show Chat is back, withdraw quit" {
			t.Error(got)
		}
		instead.expect(t)
	})
}

// Who wants no messages gets none; where the center does not work, they are shown in the other way.
func TestRefusalAndFailure(t *testing.T) {
	outbox(t, func(t *testing.T, c *fakeCenter, o *Outbox, asked, instead *record) {
		c.permit = func(context.Context) error { return ErrRefused }
		o.Show("trouble", "Chat", "It ended", false, nil)
		instead.expect(t)
		c.permit = func(context.Context) error { return errors.New("no bundle") }
		o.Show("trouble", "Chat", "It ended", false, nil)
		instead.expect(t, "Chat: It ended")
		c.permit = nil
		c.show = func(context.Context, Message) error { return errors.New("no room") }
		o.Show("trouble", "Chat", "It ended again", false, []Button{asked.button("Open log")})
		instead.expect(t, "Chat: It ended again")
		if len(o.buttons) != 0 {
			t.Errorf("it keeps %v", o.buttons)
		}
		c.show = nil
		o.Show("trouble", "Chat", "", false, nil)
		if got := c.noted(); got != "show Chat" {
			t.Error(got)
		}
	})
}

// What waits for the user's permission too long is shown in the other way, at the end at
// once.
func TestNoAnswerAboutPermission(t *testing.T) {
	outbox(t, func(t *testing.T, c *fakeCenter, o *Outbox, _, instead *record) {
		c.permit = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		o.Show("", "Chat", "It ended", false, nil)
		instead.expect(t)
		time.Sleep(askTime)
		instead.expect(t, "Chat: It ended")
		o.Show("", "Index", "It ended", false, nil)
		time.Sleep(askAgainTime) // nobody is there to answer
		instead.expect(t, "Index: It ended")
		o.Show("", "Cannot start", "No port", true, nil)
		began := time.Now()
		o.Close()
		if took := time.Since(began); took != endTime {
			t.Errorf("the end took %v", took)
		}
		instead.expect(t, "Cannot start: No port")
	})
}

// A center that hangs holds up nobody, neither who has something to tell nor the end.
func TestACenterThatHangs(t *testing.T) {
	outbox(t, func(t *testing.T, c *fakeCenter, o *Outbox, _, instead *record) {
		c.show = func(ctx context.Context, _ Message) error { <-ctx.Done(); return ctx.Err() }
		o.instead = func(ctx context.Context, title, _ string) {
			instead.add(title)
			<-ctx.Done() // that hangs, too
		}
		o.Show("", "Chat", "", false, nil)
		synctest.Wait()
		for range 100 {
			o.Show("", "Index", "", false, nil)
		}
		o.Show("quit", "Quit?", "", false, nil)
		began := time.Now()
		o.Close()
		if took := time.Since(began); took != lastTime {
			t.Errorf("the end took %v", took)
		}
		if got := len(instead.lines); got != 1+mostWaiting+1 {
			t.Errorf("%d messages are shown in the other way", got)
		}
		o.Show("quit", "Later", "", false, nil)
		o.Withdraw("quit")
	})
}

// Before the end, what is waiting is shown, and what a button has asked for is done.
func TestTheEndWaits(t *testing.T) {
	outbox(t, func(t *testing.T, c *fakeCenter, o *Outbox, asked, _ *record) {
		o.Show("trouble", "Chat", "", false, []Button{asked.button("Open log")})
		c.answered(c.at("trouble").Token, 0)
		o.Show("", "Last words", "", false, nil)
		o.Close()
		if got := c.noted(); got != "show Chat, show Last words" {
			t.Error(got)
		}
		asked.expect(t, "Open log")
		c.answered("too late", 0)
	})
}
