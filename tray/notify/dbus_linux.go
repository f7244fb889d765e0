package tray

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// desktopEntry names the program's desktop entry and its icon, as packages install them.
const desktopEntry = "arpa.home.agentstray"

// showTime is for the desktop to start what shows notifications, too.
const showTime = 10 * time.Second

// A messenger is a way that desktops have to show messages. Each that is shown has an
// identity there.
type messenger interface {
	// show shows a message in the place of the one with the identity before; empty: of none.
	show(n Notification, before string) (identity string, err error)
	withdraw(identity string)
}

// ways are the messengers from the best on: each answers whether it can be had on a
// connection, and hears what a signal answers to its messages.
var ways = []struct {
	greet func(*dbus.Conn) (messenger, error)
	hear  func(*dbus.Signal) (answer, bool)
}{
	{greetNotifications, hearNotifications},
	{greetPortal, hearPortal},
}

// answer is what somebody did about a message.
type answer struct {
	identity string
	button   int // number of the action; dismissed: none
}

// dismissed says that a message went away without an answer.
const dismissed = -1

// messages are the notifications that are shown, on the best messenger that there is.
type messages struct {
	queue chan func() // work for the one goroutine that talks to the desktop
	done  chan struct{}

	// Of that goroutine. Answers come to it, too: after the identity of what they answer.
	way       messenger           // nil: to be chosen, and nothing is shown
	late      late                // waits for one
	listening bool                // for one that comes
	shown     map[string]string   // identity by key
	answers   map[string][]Action // by identity
	desktop   *Desktop

	mu    sync.Mutex
	do    func(Intent)
	ended bool
}

// begin starts the goroutine.
func (m *messages) begin(d *Desktop) {
	m.queue, m.done = make(chan func(), 32), make(chan struct{})
	m.shown, m.answers = map[string]string{}, map[string][]Action{}
	m.desktop, m.do = d, func(Intent) {}
	go func() {
		defer close(m.done)
		for work := range m.queue {
			work()
		}
	}()
}

// end waits a moment for what is still to be shown.
func (m *messages) end() {
	m.mu.Lock()
	m.ended = true
	close(m.queue)
	m.mu.Unlock()
	select {
	case <-m.done:
	case <-time.After(time.Second):
		m.desktop.connection().Close() // that ends what it waits for
		<-m.done
	}
}

// post gives the goroutine work; one that is that far behind does without.
func (m *messages) post(work func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return
	}
	select {
	case m.queue <- work:
	default:
	}
}

// Notify shows a message. It does not wait for it to be shown.
func (d *Desktop) Notify(n Notification) { d.messages.post(func() { d.messages.show(n) }) }

// Withdraw takes the message of this key away, if it is shown.
func (d *Desktop) Withdraw(key string) { d.messages.post(func() { d.messages.withdraw(key) }) }

// Answer has answers to notifications carried out. Until it is called they get lost.
func (d *Desktop) Answer(do func(Intent)) {
	d.messages.mu.Lock()
	defer d.messages.mu.Unlock()
	d.messages.do = do
}

func (m *messages) answer() func(Intent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.do
}

// forget drops what was shown on a bus that is gone.
func (m *messages) forget() {
	m.post(func() {
		m.leave()
		m.listening = false
		if len(m.late) > 0 {
			m.listen()
		}
	})
}

// leave gives the messenger up, and with it what it shows.
func (m *messages) leave() {
	m.way = nil
	clear(m.shown)
	clear(m.answers)
}

// choose finds who shows messages; the error says why there is nobody.
func (m *messages) choose() error {
	var errs []error
	for _, way := range ways {
		messenger, err := way.greet(m.desktop.connection())
		if err == nil {
			m.way = messenger
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (m *messages) show(n Notification) {
	m.late.drop(n.Key)
	for range 2 { // who showed messages may have left, and another be there
		if m.way == nil {
			if err := m.choose(); err != nil {
				m.wait(n, err)
				return
			}
			if m.showLate(); m.way == nil {
				continue // it has left
			}
		}
		before := m.shown[n.Key]
		identity, err := m.way.show(n, before)
		if err == nil {
			delete(m.answers, before)
			m.answers[identity] = n.Actions
			if n.Key != "" {
				m.shown[n.Key] = identity
			}
			return
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return // it hangs; it may be over the next time
		}
		m.leave()
	}
	m.wait(n, nil)
}

func (m *messages) withdraw(key string) {
	m.late.drop(key)
	identity, shown := m.shown[key]
	delete(m.shown, key)
	delete(m.answers, identity)
	if shown {
		m.way.withdraw(identity)
	}
}

// hear takes an answer to a notification.
func (m *messages) hear(signal *dbus.Signal) {
	for _, way := range ways {
		if answer, ok := way.hear(signal); ok {
			m.post(func() {
				if intent := m.answered(answer); intent.Verb != Nothing {
					m.answer()(intent)
				}
			})
		}
	}
}

// answered forgets a notification, and returns what the pressed button asks for.
func (m *messages) answered(a answer) Intent {
	actions := m.answers[a.identity]
	delete(m.answers, a.identity)
	for about, identity := range m.shown {
		if identity == a.identity {
			delete(m.shown, about)
		}
	}
	if a.button < 0 || a.button >= len(actions) {
		return Intent{}
	}
	return actions[a.button].Intent
}

// call asks something of the desktop, for showTime at most.
func call(object dbus.BusObject, method string, arguments ...any) *dbus.Call {
	ctx, cancel := context.WithTimeout(context.Background(), showTime)
	defer cancel()
	return object.CallWithContext(ctx, method, 0, arguments...)
}
