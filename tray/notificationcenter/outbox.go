package notificationcenter

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	askTime      = time.Minute      // for the user to answer whether there may be messages
	askAgainTime = 2 * time.Second  // the same, once that has passed in vain
	showTime     = 10 * time.Second // for the center to take a message
	endTime      = time.Second      // for the center to take what is still to be shown at the end
	lastTime     = 3 * time.Second  // for the other way to show the rest
	mostWaiting  = 32               // messages without a key
)

// A Button is what a message offers.
type Button struct {
	Label string
	Do    func() // nil: the message only goes away
}

// An Outbox hands messages to a center, one after the other, and has their buttons carried
// out. Its methods are safe for concurrent use.
type Outbox struct {
	center  Center
	instead func(ctx context.Context, title, body string)
	run     string // begins tokens, so that answers to messages of an earlier run are known
	wake    chan struct{}
	done    chan struct{}
	ignored bool // the user has not answered in time; of the goroutine
	answers sync.WaitGroup

	// When it waits no longer for the center, and for the other way.
	ended, over     context.Context
	endCenter, stop context.CancelFunc

	mu      sync.Mutex
	closed  bool
	count   int                 // of messages
	waiting []change            // at most one for each place: only the latest counts
	latest  map[string]string   // tokens of the messages with a key, by place
	buttons map[string][]Button // of the messages that can be answered, by token
}

// change is what is to become of a place.
type change struct {
	place   string
	message *Message // nil: it becomes empty
}

// NewOutbox makes an outbox for a center. What the center cannot show is handed to
// instead, unless the user wants no messages. Not having answered is no refusal: the
// question is a message itself, which goes away unseen.
func NewOutbox(center Center, instead func(ctx context.Context, title, body string)) *Outbox {
	o := &Outbox{
		center: center, instead: instead, run: rand.Text(), wake: make(chan struct{}, 1), done: make(chan struct{}),
		latest: map[string]string{}, buttons: map[string][]Button{},
	}
	o.over, o.stop = context.WithCancel(context.Background())
	o.ended, o.endCenter = context.WithCancel(o.over)
	center.Open(o.answered)
	go o.work()
	return o
}

// Show shows a message in place of the one with the same key; without a key it has a place
// of its own, and is not shown when too many are waiting. The first button is also what a
// click on the message brings. It does not wait.
func (o *Outbox) Show(key, title, body string, sound bool, buttons []Button) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || key == "" && len(o.waiting) >= mostWaiting {
		return
	}
	o.count++
	m := &Message{Place: key, Token: fmt.Sprintf("%s-%d", o.run, o.count), Title: title, Body: body, Sound: sound}
	for _, button := range buttons {
		m.Buttons = append(m.Buttons, button.Label)
	}
	if key == "" {
		m.Place = m.Token
	} else {
		delete(o.buttons, o.latest[key])
		o.latest[key] = m.Token
	}
	if len(buttons) > 0 {
		o.buttons[m.Token] = buttons
	}
	o.become(change{m.Place, m})
}

// Withdraw takes the message with this key away.
func (o *Outbox) Withdraw(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	token, shown := o.latest[key]
	if o.closed || !shown {
		return
	}
	delete(o.latest, key)
	delete(o.buttons, token)
	o.become(change{key, nil})
}

// become has a place changed, once it is its turn. The lock is held.
func (o *Outbox) become(c change) {
	o.waiting = slices.DeleteFunc(o.waiting, func(w change) bool { return w.place == c.place })
	o.waiting = append(o.waiting, c)
	select {
	case o.wake <- struct{}{}:
	default: // it knows already
	}
}

// Close waits a moment for what is still to be shown. What is shown stays. It must be
// called once.
func (o *Outbox) Close() {
	o.mu.Lock()
	o.closed = true
	close(o.wake)
	o.mu.Unlock()
	defer time.AfterFunc(endTime, o.endCenter).Stop()
	defer time.AfterFunc(lastTime, o.stop).Stop()
	<-o.done
	o.stop()
	o.answers.Wait()
}

// work is the goroutine that talks to the center.
func (o *Outbox) work() {
	defer close(o.done)
	for range o.wake {
		for o.step() {
		}
	}
	for o.step() {
	}
}

// step makes the next change, and reports whether there was one. A message is only taken
// once the user has answered whether it may be shown: until then it can be replaced and
// withdrawn.
func (o *Outbox) step() bool {
	c, ok := o.next()
	switch {
	case !ok:
		return false
	case c.message == nil:
		o.center.Withdraw(c.place)
		return true
	}
	err := o.permit()
	m := o.take()
	if m == nil {
		return true // it was withdrawn
	}
	if err == nil {
		err = o.show(*m)
	}
	if err != nil {
		o.fail(m, err)
	}
	return true
}

// next returns the change whose turn it is. Nothing is left to be done about one that
// makes a place empty, so that is taken.
func (o *Outbox) next() (change, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return change{}, false
	}
	c := o.waiting[0]
	if c.message == nil {
		o.waiting = o.waiting[1:]
	}
	return c, true
}

// take takes the message whose turn it is, if it is a message's.
func (o *Outbox) take() *Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.waiting[0].message
	if m != nil {
		o.waiting = o.waiting[1:]
	}
	return m
}

// permit asks whether messages may be shown. Only the first waits for the user to answer.
func (o *Outbox) permit() error {
	patience := askTime
	if o.ignored {
		patience = askAgainTime
	}
	ctx, cancel := context.WithTimeout(o.ended, patience)
	defer cancel()
	err := o.center.Permit(ctx)
	o.ignored = errors.Is(err, context.DeadlineExceeded)
	return err
}

func (o *Outbox) show(m Message) error {
	ctx, cancel := context.WithTimeout(o.ended, showTime)
	defer cancel()
	return o.center.Show(ctx, m)
}

// fail shows a message in the other way, if the user wants any.
func (o *Outbox) fail(m *Message, err error) {
	o.mu.Lock()
	delete(o.buttons, m.Token)
	o.mu.Unlock()
	if !errors.Is(err, ErrRefused) {
		o.instead(o.over, m.Title, m.Body)
	}
}

// answered has the button of a message carried out, once.
func (o *Outbox) answered(token string, button int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	buttons := o.buttons[token]
	delete(o.buttons, token)
	if o.closed || button < 0 || button >= len(buttons) || buttons[button].Do == nil {
		return
	}
	o.answers.Go(buttons[button].Do) // not on the center's thread, which draws the menu
}
