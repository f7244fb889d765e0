//go:build linux

package traytest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const (
	watcherName      = "org.kde.StatusNotifierWatcher"
	watcherPath      = "/StatusNotifierWatcher"
	itemInterface    = "org.kde.StatusNotifierItem"
	menuInterface    = "com.canonical.dbusmenu"
	nameOwnerChanged = "org.freedesktop.DBus.NameOwnerChanged"
)

// Host is a desktop's panel: the place where tray icons register (the
// StatusNotifierWatcher) and the host that shows them.
type Host struct {
	t       testing.TB
	conn    *dbus.Conn
	props   *prop.Properties
	ended   chan struct{} // closed when no more signals come
	changes changes       // of items

	mu    sync.Mutex
	items []*Item // that are on the bus, oldest first
}

// StartHost puts a panel on the bus; Close or the end of the test removes it.
func (b *Bus) StartHost(t testing.TB) *Host {
	t.Helper()
	h := &Host{t: t, conn: b.Connect(t), ended: make(chan struct{})}
	if err := h.serve(); err != nil {
		t.Fatalf("start a panel: %v", err)
	}
	t.Cleanup(h.Close)
	return h
}

// Close takes the panel off the bus, as when it crashes or restarts. A new one from
// StartHost may follow; the items of this one are of no use then.
func (h *Host) Close() {
	_, _ = h.conn.ReleaseName(watcherName) // fails when the bus is gone
	_ = h.conn.Close()
	<-h.ended
}

// WaitItem returns the tray icon of a process, when it is registered.
func (h *Host) WaitItem(ctx context.Context, pid int) *Item {
	h.t.Helper()
	var item *Item
	err := h.changes.await(ctx, func(context.Context) (bool, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		at := slices.IndexFunc(h.items, func(i *Item) bool { return i.pid == pid })
		if at >= 0 {
			item = h.items[at]
		}
		return at >= 0, nil
	})
	if err != nil {
		h.t.Fatalf("wait for the tray icon of process %d: %v; registered: %s", pid, err, h.registered())
	}
	return item
}

// serve takes the watcher's name once everything behind it is in place, because
// programs register as soon as it appears.
func (h *Host) serve() error {
	err := h.conn.ExportMethodTable(map[string]any{
		"RegisterStatusNotifierItem": h.register,
		"RegisterStatusNotifierHost": func(string) *dbus.Error { return nil },
	}, watcherPath, watcherName)
	if err != nil {
		return err
	}
	// Not emitted by the library: it panics when the bus is gone.
	h.props, err = prop.Export(h.conn, watcherPath, prop.Map{watcherName: {
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitFalse},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitFalse},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitFalse},
	}})
	if err != nil {
		return err
	}
	for _, rule := range [][]dbus.MatchOption{
		{dbus.WithMatchInterface(itemInterface)},
		{dbus.WithMatchInterface(menuInterface)},
		{dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged")},
	} {
		if err := h.conn.AddMatchSignal(rule...); err != nil {
			return err
		}
	}
	signals := make(chan *dbus.Signal, 64)
	h.conn.Signal(signals)
	go h.follow(signals)
	if err := own(h.conn, watcherName); err != nil {
		return err
	}
	h.emit("StatusNotifierHostRegistered")
	return nil
}

// own takes a well-known name, which nobody else may have.
func own(conn *dbus.Conn, name string) error {
	reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue)
	if err == nil && reply != dbus.RequestNameReplyPrimaryOwner {
		err = fmt.Errorf("another program on this bus is %s", name)
	}
	return err
}

// register is what tray programs call, with an object path or with a bus name. Some
// call it more than once.
func (h *Host) register(service string, sender dbus.Sender) *dbus.Error {
	now := time.Now()
	path := dbus.ObjectPath("/StatusNotifierItem")
	if strings.HasPrefix(service, "/") {
		path = dbus.ObjectPath(service)
	}
	h.mu.Lock()
	at := slices.IndexFunc(h.items, func(i *Item) bool { return i.owner == string(sender) && i.path == path })
	if at >= 0 {
		h.items[at].times = append(h.items[at].times, now)
		h.mu.Unlock()
		return nil
	}
	item := &Item{host: h, owner: string(sender), path: path, times: []time.Time{now}}
	h.items = append(h.items, item)
	h.mu.Unlock()

	// It is listed before it is asked for: a program that leaves in between is either
	// still there to be removed by drop, or not there to be asked.
	var pid uint32
	err := h.conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, string(sender)).Store(&pid)
	if err != nil {
		h.drop(string(sender))
		return dbus.MakeFailedError(err)
	}
	h.mu.Lock()
	item.pid = int(pid)
	h.mu.Unlock()
	h.publish("StatusNotifierItemRegistered", item)
	return nil
}

// follow hands on what the items signal, until the connection ends.
func (h *Host) follow(signals <-chan *dbus.Signal) {
	defer close(h.ended)
	for signal := range signals {
		if signal.Name != nameOwnerChanged {
			h.changed(signal.Sender)
			continue
		}
		var name, before, after string
		if dbus.Store(signal.Body, &name, &before, &after) == nil && after == "" {
			h.drop(name)
		}
	}
	h.mu.Lock()
	owners := make([]string, len(h.items))
	for i, item := range h.items {
		owners[i] = item.owner
	}
	h.mu.Unlock()
	for _, owner := range owners {
		h.drop(owner)
	}
}

func (h *Host) changed(owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, item := range h.items {
		if item.owner == owner {
			item.changes.notify()
		}
	}
}

// drop forgets the items of a program that has left the bus.
func (h *Host) drop(owner string) {
	h.mu.Lock()
	var left []*Item
	h.items = slices.DeleteFunc(h.items, func(i *Item) bool {
		if i.owner == owner {
			i.gone = true
			left = append(left, i)
		}
		return i.owner == owner
	})
	h.mu.Unlock()
	for _, item := range left {
		h.publish("StatusNotifierItemUnregistered", item)
		item.changes.notify()
	}
}

func (h *Host) publish(signal string, item *Item) {
	h.props.SetMust(watcherName, "RegisteredStatusNotifierItems", h.registered())
	h.emit(signal, item.owner+string(item.path))
	h.changes.notify()
}

func (h *Host) registered() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	names := make([]string, len(h.items))
	for i, item := range h.items {
		names[i] = item.owner + string(item.path)
	}
	return names
}

func (h *Host) emit(signal string, values ...any) {
	_ = h.conn.Emit(watcherPath, watcherName+"."+signal, values...) // fails when the bus is gone
}
