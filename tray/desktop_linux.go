package tray

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"agents-tray/tray/notify"
)

const (
	busVariable = "DBUS_SESSION_BUS_ADDRESS"
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"

	hostRegistered = watcherName + ".StatusNotifierHostRegistered"
)

// answerTime is how long the bus, or a panel, may take to answer. One that takes longer
// hangs; nothing waits for it.
const answerTime = 2 * time.Second

// errNoDesktop says that there is no desktop session to show anything in.
var errNoDesktop = errors.New("there is no desktop session (no session bus)")

// A Desktop is the program's own connection to the session bus. It is not the one
// the icon uses: that one must not see signals it does not expect.
type Desktop struct {
	notifier *notify.DBus
	wg       sync.WaitGroup // of hear, for each connection, and of what that starts
	ctx      context.Context
	end      context.CancelFunc // of ctx, and so of every call
	came     chan struct{}      // gets a value when a panel has come
	moved    chan struct{}      // gets a value when the bus may be at another address

	mu      sync.Mutex
	conn    *dbus.Conn // another one when the bus was gone
	icon    *dbus.Conn // the tray library's, once it shows the icon
	missed  bool       // a panel came while there was no icon yet
	closed  bool
	sharing chan sharedBus // of shared, while the bus has not answered
}

// Connect finds the desktop session. Where the bus is there but does not answer in time,
// it goes on trying; see reconnect.
func Connect() (*Desktop, error) {
	// Without an address the library would start a bus of its own, which nobody sees
	// and which outlives us.
	if os.Getenv(busVariable) == "" {
		socket := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
		if info, err := os.Stat(socket); err != nil || info.Mode()&os.ModeSocket == 0 {
			return nil, errNoDesktop
		}
		os.Setenv(busVariable, "unix:path="+socket) // for the icon's connection, too
	}
	d := &Desktop{came: make(chan struct{}, 1), moved: make(chan struct{}, 1), conn: noBus()}
	d.ctx, d.end = context.WithCancel(context.Background())
	d.notifier = notify.NewDBus(d.connection)
	if err := d.connect(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		d.Close()
		return nil, fmt.Errorf("%w: %w", errNoDesktop, err)
	}
	return d, nil
}

// noBus is a connection that has ended.
func noBus() *dbus.Conn {
	ours, theirs := net.Pipe()
	theirs.Close()
	conn, err := dbus.NewConn(ours)
	if err != nil {
		panic(err) // it fails for an option, and there is none
	}
	conn.Close()
	return conn
}

// connect opens a connection, and listens for panels before there is an icon: the tray
// library registers the icon first and listens then, so a panel that starts at just
// that moment never hears of it. The error is context.DeadlineExceeded if the bus is there
// but does not answer in time.
func (d *Desktop) connect() error {
	ctx, cancel := context.WithCancelCause(d.ctx)
	late := time.AfterFunc(answerTime, func() { cancel(context.DeadlineExceeded) })
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		err = errors.Join(err, context.Cause(ctx))
		cancel(nil)
		return err
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err = conn.AddMatchSignalContext(ctx, notify.OwnerOf(watcherName)...)
	if !late.Stop() {
		err = errors.Join(err, context.DeadlineExceeded)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil || d.closed {
		cancel(nil) // which closes conn
		return errors.Join(err, d.ctx.Err())
	}
	d.conn, d.icon, d.missed = conn, nil, false
	d.wg.Go(func() {
		d.hear(signals)
		cancel(nil)
	})
	return nil
}

// sharedBus is what opening the tray library's connection has come to.
type sharedBus struct {
	conn *dbus.Conn
	err  error
}

// shared returns the connection that the tray library uses: a new one if the last is gone.
// The library opens it without a deadline, so it is opened here before, and waited for in
// time only. It is for the goroutine of Tray.run.
func (d *Desktop) shared() (*dbus.Conn, error) {
	if d.sharing == nil {
		opened := make(chan sharedBus, 1)
		d.sharing = opened
		go func() { // ends when the bus answers or is gone
			conn, err := dbus.SessionBus()
			opened <- sharedBus{conn, err}
		}()
	}
	select {
	case bus := <-d.sharing:
		d.sharing = nil
		return bus.conn, bus.err
	case <-time.After(answerTime):
		return nil, context.DeadlineExceeded
	case <-d.ctx.Done():
		return nil, d.ctx.Err()
	}
}

// goneTime is how long the bus may be away before its session may have ended: one that is
// restarted is back by then.
const goneTime = 10 * time.Second

// reconnect waits for the bus to be back; false says that quit was closed before. Each time
// that the bus has been gone for goneTime, gone is called.
func (d *Desktop) reconnect(quit <-chan struct{}, gone func()) bool {
	go d.connection().Close() // it waits for a message that the bus does not take
	late := time.NewTicker(goneTime)
	defer late.Stop()
	for wait := 50 * time.Millisecond; d.connect() != nil; wait = min(2*wait, 2*time.Second) {
		select {
		case <-time.After(wait): // nothing announces a bus
		case <-d.moved:
		case <-quit:
			return false
		}
		select {
		case <-late.C:
			gone()
		default:
		}
	}
	d.notifier.Reconnected()
	return true
}

// Gone reports whether there is no bus any more, or not at this moment. One that does not answer
// is there.
func (d *Desktop) Gone() bool {
	ctx, cancel := context.WithTimeout(d.ctx, answerTime)
	defer cancel()
	err := d.connection().BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetId", 0).Err
	return err != nil && ctx.Err() == nil
}

// Moved says that the environment names another bus now. While there is one it is not left.
func (d *Desktop) Moved() { wake(d.moved) }

func (d *Desktop) connection() *dbus.Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conn
}

// hear takes what the bus tells until the connection ends. Anybody may send a signal of
// any shape.
func (d *Desktop) hear(signals <-chan *dbus.Signal) {
	for signal := range signals {
		name, owner, ok := notify.OwnerChanged(signal)
		switch {
		case ok && name == watcherName && owner != "", signal.Name == hostRegistered:
			d.panelCame()
			wake(d.came)
		default:
			d.notifier.Signal(signal)
		}
	}
}

func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // a wake is pending already
	}
}

// iconShown says that the tray library shows the icon over this connection.
func (d *Desktop) iconShown(conn *dbus.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.icon = conn
	if d.missed && !d.closed {
		d.wg.Go(d.register)
	}
}

func (d *Desktop) panelCame() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.icon == nil {
		d.missed = true
	} else if !d.closed {
		d.wg.Go(d.register) // the panel may take its time
	}
}

// register asks the panel for the icon, over the connection that shows it, unless it is
// there. Asked twice, a panel shows one.
func (d *Desktop) register() {
	d.mu.Lock()
	icon := d.icon
	d.mu.Unlock()
	if items, err := d.registered(); err == nil && icon != nil && !isAmong(items, icon) {
		icon.Object(watcherName, watcherPath).Go(watcherName+".RegisterStatusNotifierItem", dbus.FlagNoReplyExpected, nil, itemPath)
	}
}

// registered returns the icons that the panel knows. The error is
// context.DeadlineExceeded if there is a panel that does not answer.
func (d *Desktop) registered() (items []string, err error) {
	return items, d.property("RegisteredStatusNotifierItems", &items)
}

// property reads a property of the panel.
func (d *Desktop) property(name string, into any) error {
	ctx, cancel := context.WithTimeout(d.ctx, answerTime)
	defer cancel()
	watcher := d.connection().Object(watcherName, watcherPath)
	return watcher.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcherName, name).Store(into)
}

func isAmong(items []string, icon *dbus.Conn) bool {
	return slices.ContainsFunc(items, func(item string) bool {
		return slices.ContainsFunc(icon.Names(), func(own string) bool { return strings.HasPrefix(item, own) })
	})
}

// HasTray reports whether a panel is there that shows icons. One that does not answer is
// taken for one.
func (d *Desktop) HasTray() bool {
	hosted := true
	err := d.property("IsStatusNotifierHostRegistered", &hosted)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		_, err = d.registered() // of a watcher that does not say so
		hosted = err == nil
	}
	return hosted || errors.Is(err, context.DeadlineExceeded)
}

// awaitHost has a watcher that shows no icons itself tell of the panel that does.
func (d *Desktop) awaitHost() {
	ctx, cancel := context.WithTimeout(d.ctx, answerTime)
	defer cancel()
	// Without it the message that there is no panel stays.
	_ = d.connection().AddMatchSignalContext(ctx, dbus.WithMatchInterface(watcherName), dbus.WithMatchMember("StatusNotifierHostRegistered"))
}

// Close ends the connection, after what is being shown is shown, within reason: a bus that
// takes nothing is not waited for.
func (d *Desktop) Close() {
	d.notifier.Close()
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.end() // of every call, and of the connection
	ended := make(chan struct{})
	go func() {
		d.wg.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(endTime):
	}
}
