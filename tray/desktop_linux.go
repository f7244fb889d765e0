package tray

import (
	"errors"
	"fmt"
	"html"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/esiqveland/notify"
	"github.com/godbus/dbus/v5"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	busVariable = "DBUS_SESSION_BUS_ADDRESS"
)

// iconBeforeRun: the library keeps the icon it is given before it runs; one that is
// given while it starts can be lost.
const iconBeforeRun = true

// ErrNoDesktop says that there is no desktop session to show anything in.
var ErrNoDesktop = errors.New("there is no desktop session (no session bus)")

// A Desktop is the program's own connection to the session bus. It is not the one
// the icon uses: that one must not see signals it does not expect.
type Desktop struct {
	conn     *dbus.Conn
	notifier notify.Notifier
	do       func(Intent)
	wg       sync.WaitGroup

	notifying sync.WaitGroup

	mu      sync.Mutex
	intents map[uint32]Intent // by notification
	markup  bool
}

// Connect finds the desktop session. do is given what answers to notifications ask for.
func Connect(do func(Intent)) (*Desktop, error) {
	// Without an address the library would start a bus of its own, which nobody sees
	// and which outlives us.
	if os.Getenv(busVariable) == "" {
		socket := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
		if info, err := os.Stat(socket); err != nil || info.Mode()&os.ModeSocket == 0 {
			return nil, ErrNoDesktop
		}
		os.Setenv(busVariable, "unix:path="+socket) // for the icon's connection, too
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDesktop, err)
	}
	return &Desktop{conn: conn, do: do, intents: map[uint32]Intent{}}, nil
}

// HasTray reports whether a panel is there to show icons.
func (d *Desktop) HasTray() bool { return d.owned(watcherName) }

// owned reports whether anybody answers to a name on the bus.
func (d *Desktop) owned(name string) bool {
	var owned bool
	err := d.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
	return err == nil && owned
}

// follow keeps the icon known to the panel, and returns once the icon can be asked
// about itself: from then on its title may change without its identity. It returns
// early when quit is closed or the bus is gone.
//
// The tray library registers the icon before it listens for panels, so a panel that
// starts at just that moment never hears of it. We listen before the icon exists.
func (d *Desktop) follow(quit <-chan struct{}) {
	signals := make(chan *dbus.Signal, 16)
	d.conn.Signal(signals)
	item := itemName()
	for _, name := range []string{watcherName, item} {
		if d.conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"),
			dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name)) != nil {
			return // the bus is gone, and the icon with it
		}
	}
	shown := make(chan struct{})
	d.wg.Go(func() {
		exported := d.owned(item) && d.awaitExport(item, quit) // it was quicker
		if exported {
			close(shown)
		}
		for signal := range signals { // closed with the connection
			if signal.Name != "org.freedesktop.DBus.NameOwnerChanged" || len(signal.Body) != 3 || signal.Body[2] == "" {
				continue
			}
			switch signal.Body[0] {
			case item: // the library takes the name just before it exports the rest
				if !exported && d.awaitExport(item, quit) {
					exported = true
					close(shown)
				}
			case watcherName:
				if exported { // else the library is still to register, and this panel is there for it
					d.register()
				}
			}
		}
	})
	select {
	case <-shown:
	case <-quit:
	case <-d.conn.Context().Done():
	}
}

// itemName is the name on the bus under which the library shows the icon.
func itemName() string { return fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", os.Getpid()) }

// iconTitle returns the title that the icon shows; without an answer, expected.
func (d *Desktop) iconTitle(expected string) string {
	title, err := d.conn.Object(itemName(), "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.Title")
	if err != nil {
		return expected
	}
	text, _ := title.Value().(string) // of another type: not ours
	return text
}

// awaitExport returns true once the icon answers for its properties.
func (d *Desktop) awaitExport(item string, quit <-chan struct{}) bool {
	retry := time.NewTicker(time.Millisecond) // nothing announces it
	defer retry.Stop()
	for range 1000 {
		if _, err := d.conn.Object(item, "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.Id"); err == nil {
			return true
		}
		select {
		case <-retry.C:
		case <-quit:
			return false
		}
	}
	return false
}

// register asks the panel for our icon, over the connection that shows it, unless it
// is there.
func (d *Desktop) register() {
	watcher := d.conn.Object(watcherName, watcherPath)
	known, err := watcher.GetProperty(watcherName + ".RegisteredStatusNotifierItems")
	if err != nil {
		return // it has gone again
	}
	shared, err := dbus.SessionBus() // the library's connection
	if err != nil {
		return
	}
	items, _ := known.Value().([]string) // of another type: ours is not known
	for _, item := range items {
		if slices.ContainsFunc(shared.Names(), func(own string) bool { return strings.HasPrefix(item, own) }) {
			return
		}
	}
	// Asked for twice, a panel shows one.
	shared.Object(watcherName, watcherPath).Go(watcherName+".RegisterStatusNotifierItem", dbus.FlagNoReplyExpected, nil, "/StatusNotifierItem")
}

// Notify shows a message. It does not wait for it to be shown.
func (d *Desktop) Notify(n Notification) {
	d.notifying.Go(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.notifier == nil {
			notifier, err := notify.New(d.conn, notify.WithOnAction(d.answered), notify.WithLogger(log.New(io.Discard, "", 0)))
			if err != nil {
				return // no desktop any more
			}
			d.notifier = notifier
			capabilities, err := notify.GetCapabilities(d.conn)
			d.markup = err == nil && slices.Contains(capabilities, "body-markup")
		}
		note := notify.Notification{AppName: Name, Summary: n.Summary, Body: n.Body, ExpireTimeout: notify.ExpireTimeoutSetByNotificationServer}
		if d.markup {
			note.Body = html.EscapeString(n.Body)
		}
		if n.Action != "" {
			note.Actions = []notify.Action{notify.NewDefaultAction(n.Action), {Key: string(n.Intent.Verb), Label: n.Action}}
		}
		note.SetUrgency(notify.UrgencyNormal)
		if n.Urgent {
			note.SetUrgency(notify.UrgencyCritical)
		}
		if id, err := d.notifier.SendNotification(note); err == nil { // else: a desktop without notifications
			d.intents[id] = n.Intent
		}
	})
}

func (d *Desktop) answered(signal *notify.ActionInvokedSignal) {
	d.mu.Lock()
	intent, ours := d.intents[signal.ID]
	delete(d.intents, signal.ID)
	d.mu.Unlock()
	if ours {
		d.do(intent)
	}
}

// Close ends the connection, after what is being shown is shown, within reason.
func (d *Desktop) Close() {
	shown := make(chan struct{})
	go func() {
		d.notifying.Wait()
		close(shown)
	}()
	select {
	case <-shown:
	case <-time.After(time.Second):
	}
	d.conn.Close()
	d.wg.Wait()
	d.notifying.Wait()
}
