package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	// applicationName is the program's name for people.
	applicationName = "Configurable Agents"
	// desktopEntry names the program's desktop entry and its icon, as packages install them.
	desktopEntry = "arpa.home.agentstray"

	// callTime is how long a call may take. The desktop may have to start its server first.
	callTime = 10 * time.Second
	// closeTime is how long Close waits for messages that are not shown yet.
	closeTime = time.Second
	// queueLength is how many calls may wait for the desktop; more are dropped.
	queueLength = 32
)

// A backend is a server on the session bus that shows messages. Each message that is shown
// has an identity there.
type backend interface {
	// show shows a message in the place of the one with the identity before; empty: of none.
	show(n Notification, before string) (identity string, err error)
	withdraw(identity string)
}

// backends are the kinds of server, the preferred one first: probe reports whether it can
// be had on a connection, parse reads what a signal of it says about a message.
var backends = []struct {
	probe func(*dbus.Conn) (backend, error)
	parse func(*dbus.Signal) (answer, bool)
}{
	{probeSpecification, parseSpecification},
	{probePortal, parsePortal},
}

// answer is what the user did about a message.
type answer struct {
	identity string
	button   int // index of the action, or dismissed
	// token is the desktop's permission for what the answer opens to come to the front.
	token string
}

const (
	dismissed = -1 // a message went away without an answer
	permitted = -2 // no answer yet: a token for the one that comes
)

// DBus shows messages by the best backend on the session bus. While there is none, as at
// log-in, the latest ones wait for a minute.
type DBus struct {
	connection func() *dbus.Conn
	queue      chan func() // calls for the one goroutine that talks to the desktop
	done       chan struct{}

	// Owned by that goroutine. Answers go through it, too: they come after the identity
	// of what they answer.
	backend  backend // nil: to be chosen, and nothing is shown
	pending  pending
	watching bool                // for a backend that appears
	shown    map[string]string   // identity by key
	actions  map[string][]Action // by identity
	token    answer              // the latest one that was permitted

	mu     sync.Mutex
	answer func(answer, token string)
	closed bool
}

// NewDBus starts a notifier on what connection returns, which may become another one (see
// Reconnected). Signals that the connection receives must be given to Signal.
func NewDBus(connection func() *dbus.Conn) *DBus {
	b := &DBus{
		connection: connection, queue: make(chan func(), queueLength), done: make(chan struct{}),
		shown: map[string]string{}, actions: map[string][]Action{}, answer: func(string, string) {},
	}
	go func() {
		defer close(b.done)
		for call := range b.queue {
			call()
		}
	}()
	return b
}

// Close waits a second for what is still to be shown, then has the connection closed, which
// ends the call that hangs.
func (b *DBus) Close() {
	b.mu.Lock()
	b.closed = true
	close(b.queue)
	b.mu.Unlock()
	select {
	case <-b.done:
	case <-time.After(closeTime):
		go b.connection().Close() // it waits for a message that the bus does not take
	}
}

// post queues a call. It is dropped when the queue is full.
func (b *DBus) post(call func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	select {
	case b.queue <- call:
	default:
	}
}

// Notify shows a message. It does not wait for it to be shown.
func (b *DBus) Notify(n Notification) { b.post(func() { b.show(n) }) }

// Withdraw takes the message of this key away, if it is shown.
func (b *DBus) Withdraw(key string) { b.post(func() { b.withdraw(key) }) }

// OnAnswer has answers given to do. Until it is called they get lost.
func (b *DBus) OnAnswer(do func(answer, token string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = do
}

func (b *DBus) onAnswer() func(answer, token string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.answer
}

// Reconnected forgets what was shown on a bus that is gone.
func (b *DBus) Reconnected() {
	b.post(func() {
		b.forget()
		b.watching = false
		if len(b.pending) > 0 {
			b.watch()
		}
	})
}

// forget gives the backend up, and with it what it shows.
func (b *DBus) forget() {
	b.backend = nil
	clear(b.shown)
	clear(b.actions)
}

// choose finds a backend; the error says why there is none.
func (b *DBus) choose() error {
	var errs []error
	for _, kind := range backends {
		backend, err := kind.probe(b.connection())
		if err == nil {
			b.backend = backend
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (b *DBus) show(n Notification) {
	b.pending.drop(n.Key)
	for range 2 { // the backend may have left, and another one be there
		if b.backend == nil {
			if err := b.choose(); err != nil {
				b.wait(n, err)
				return
			}
			if b.showPending(); b.backend == nil {
				continue // it has left
			}
		}
		before := b.shown[n.Key]
		identity, err := b.backend.show(n, before)
		if err == nil {
			delete(b.actions, before)
			b.actions[identity] = n.Actions
			if n.Key != "" {
				b.shown[n.Key] = identity
			}
			n.tellShown()
			return
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return // it hangs, and may answer the next time
		}
		b.forget()
	}
	b.wait(n, nil)
}

func (b *DBus) withdraw(key string) {
	b.pending.drop(key)
	identity, shown := b.shown[key]
	delete(b.shown, key)
	delete(b.actions, identity)
	if shown {
		b.backend.withdraw(identity)
	}
}

// wait keeps a message until a backend appears; why is the error that choose had.
func (b *DBus) wait(n Notification, why error) {
	b.pending.add(n, time.Now())
	if !errors.Is(why, context.DeadlineExceeded) { // else there is one, which hangs
		b.watch()
	}
}

// watch has pending messages shown when a backend appears, or has appeared just now.
func (b *DBus) watch() {
	if b.watching {
		return
	}
	for _, name := range []string{notificationsName, portalName} {
		if match(b.connection(), OwnerOf(name)...) != nil {
			return
		}
	}
	b.watching = true
	b.appeared()
}

// appeared shows what is pending, if there is a backend.
func (b *DBus) appeared() {
	if len(b.pending) > 0 && (b.backend != nil || b.choose() == nil) {
		b.showPending()
	}
}

func (b *DBus) showPending() {
	for _, n := range b.pending.take(time.Now()) {
		b.show(n)
	}
}

// Signal takes a signal of the connection: an answer to a message, or the appearance of a
// backend. Signals of others, of any shape, are ignored.
func (b *DBus) Signal(signal *dbus.Signal) {
	if name, owner, ok := OwnerChanged(signal); ok {
		if owner != "" && (name == notificationsName || name == portalName) {
			b.post(b.appeared)
		}
		return
	}
	for _, kind := range backends {
		if answer, ok := kind.parse(signal); ok {
			b.post(func() {
				if text, token := b.answered(answer); text != "" {
					b.onAnswer()(text, token)
				}
			})
		}
	}
}

// answered forgets a message, and returns what its pressed button answers, with the token
// that came with it or just before.
func (b *DBus) answered(a answer) (text, token string) {
	if a.button == permitted {
		b.token = a
		return "", ""
	}
	if a.token == "" && b.token.identity == a.identity {
		a.token = b.token.token
	}
	b.token = answer{}
	actions := b.actions[a.identity]
	delete(b.actions, a.identity)
	for key, identity := range b.shown {
		if identity == a.identity {
			delete(b.shown, key)
		}
	}
	if a.button < 0 || a.button >= len(actions) {
		return "", ""
	}
	return actions[a.button].Answer, a.token
}

// call calls a method of the desktop, for callTime at most.
func call(object dbus.BusObject, method string, arguments ...any) *dbus.Call {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	return object.CallWithContext(ctx, method, 0, arguments...)
}

// match asks the bus for signals, for callTime at most.
func match(conn *dbus.Conn, options ...dbus.MatchOption) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	return conn.AddMatchSignalContext(ctx, options...)
}

// OwnerOf matches the signals that tell of a new owner of a bus name.
func OwnerOf(name string) []dbus.MatchOption {
	return []dbus.MatchOption{
		dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name),
	}
}

// OwnerChanged reads such a signal; owner is empty when the name has lost its owner.
func OwnerChanged(signal *dbus.Signal) (name, owner string, ok bool) {
	var before string
	ok = signal.Name == "org.freedesktop.DBus.NameOwnerChanged" && dbus.Store(signal.Body, &name, &before, &owner) == nil
	return name, owner, ok
}
