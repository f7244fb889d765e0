package tray

import (
	"errors"
	"fmt"
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
)

// ErrNoDesktop says that there is no desktop session to show anything in.
var ErrNoDesktop = errors.New("there is no desktop session (no session bus)")

// A Desktop is the program's own connection to the session bus. It is not the one
// the icon uses: that one must not see signals it does not expect.
type Desktop struct {
	notifier *notify.DBus
	wg       sync.WaitGroup // of hear, for each connection

	mu     sync.Mutex
	conn   *dbus.Conn // another one when the bus was gone
	icon   *dbus.Conn // the tray library's, once it shows the icon
	missed bool       // a panel came while there was no icon yet
	closed bool
}

// Connect finds the desktop session.
func Connect() (*Desktop, error) {
	// Without an address the library would start a bus of its own, which nobody sees
	// and which outlives us.
	if os.Getenv(busVariable) == "" {
		socket := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
		if info, err := os.Stat(socket); err != nil || info.Mode()&os.ModeSocket == 0 {
			return nil, ErrNoDesktop
		}
		os.Setenv(busVariable, "unix:path="+socket) // for the icon's connection, too
	}
	d := &Desktop{}
	d.notifier = notify.NewDBus(d.connection)
	if err := d.connect(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDesktop, err)
	}
	_, _ = dbus.SessionBus() // the icon's: it is there when it is needed
	return d, nil
}

// connect opens a connection, and listens for panels before there is an icon: the tray
// library registers the icon first and listens then, so a panel that starts at just
// that moment never hears of it.
func (d *Desktop) connect() error {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err = conn.AddMatchSignal(notify.OwnerOf(watcherName)...)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil || d.closed {
		conn.Close()
		return errors.Join(err, conn.Context().Err())
	}
	d.conn, d.icon, d.missed = conn, nil, false
	d.wg.Go(func() { d.hear(signals) })
	return nil
}

// reconnect waits for the bus to be back; false says that quit was closed before.
func (d *Desktop) reconnect(quit <-chan struct{}) bool {
	d.connection().Close()
	for wait := 50 * time.Millisecond; d.connect() != nil; wait = min(2*wait, 2*time.Second) {
		select {
		case <-time.After(wait): // nothing announces a bus
		case <-quit:
			return false
		}
	}
	d.notifier.Reconnected()
	return true
}

func (d *Desktop) connection() *dbus.Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conn
}

// hear takes what the bus tells until the connection ends. Anybody may send a signal of
// any shape.
func (d *Desktop) hear(signals <-chan *dbus.Signal) {
	for signal := range signals {
		if name, owner, ok := notify.OwnerChanged(signal); ok && name == watcherName && owner != "" {
			d.panelCame()
			continue
		}
		d.notifier.Signal(signal)
	}
}

// iconShown says that the tray library shows the icon over this connection.
func (d *Desktop) iconShown(conn *dbus.Conn) {
	d.mu.Lock()
	d.icon = conn
	missed := d.missed
	d.mu.Unlock()
	if missed {
		d.register()
	}
}

func (d *Desktop) panelCame() {
	d.mu.Lock()
	shown := d.icon != nil
	d.missed = d.missed || !shown
	d.mu.Unlock()
	if shown {
		d.register()
	}
}

// register asks the panel for the icon, over the connection that shows it, unless it is
// there. Asked twice, a panel shows one.
func (d *Desktop) register() {
	d.mu.Lock()
	icon := d.icon
	d.mu.Unlock()
	if items, ok := d.registered(); ok && icon != nil && !isAmong(items, icon) {
		icon.Object(watcherName, watcherPath).Go(watcherName+".RegisterStatusNotifierItem", dbus.FlagNoReplyExpected, nil, itemPath)
	}
}

// registered returns the icons that the panel knows; false without a panel.
func (d *Desktop) registered() (items []string, ok bool) {
	err := d.connection().Object(watcherName, watcherPath).StoreProperty(watcherName+".RegisteredStatusNotifierItems", &items)
	return items, err == nil
}

func isAmong(items []string, icon *dbus.Conn) bool {
	return slices.ContainsFunc(items, func(item string) bool {
		return slices.ContainsFunc(icon.Names(), func(own string) bool { return strings.HasPrefix(item, own) })
	})
}

// HasTray reports whether a panel is there that shows icons.
func (d *Desktop) HasTray() bool {
	hosted := true
	watcher := d.connection().Object(watcherName, watcherPath)
	if err := watcher.StoreProperty(watcherName+".IsStatusNotifierHostRegistered", &hosted); err != nil {
		_, hosted = d.registered() // a watcher that does not say so
	}
	return hosted
}

// Close ends the connection, after what is being shown is shown, within reason.
func (d *Desktop) Close() {
	d.notifier.Close()
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.connection().Close()
	d.wg.Wait()
}
