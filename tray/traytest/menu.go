//go:build linux

package traytest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// MenuEntry is one entry of a menu, or a menu itself: its root has only Children.
type MenuEntry struct {
	Label     string // as it is read, without access keys
	Separator bool
	Visible   bool
	Enabled   bool
	Checkable bool
	Checked   bool
	Submenu   bool
	Children  []MenuEntry

	id int32
}

// Text is the menu as a person sees it, one entry a line, submenus indented:
//
//	● Running (disabled)
//	─────
//	Services ▸
//	    Restart all
//	[x] Start at login
func (m MenuEntry) Text() string {
	var b strings.Builder
	m.write(&b, "")
	return b.String()
}

func (m MenuEntry) write(b *strings.Builder, indent string) {
	for _, c := range m.Children {
		if !c.Visible {
			continue
		}
		b.WriteString(indent)
		switch {
		case c.Separator:
			b.WriteString("─────")
		case c.Checked:
			b.WriteString("[x] ")
		case c.Checkable:
			b.WriteString("[ ] ")
		}
		b.WriteString(c.Label)
		if c.Submenu {
			b.WriteString(" ▸")
		}
		if !c.Enabled {
			b.WriteString(" (disabled)")
		}
		b.WriteByte('\n')
		c.write(b, indent+"    ")
	}
}

// Find returns the visible entry with these labels, from the top of the menu down.
func (m MenuEntry) Find(path ...string) (MenuEntry, bool) {
	for _, label := range path {
		found, err := m.child(label)
		if err != nil {
			return MenuEntry{}, false
		}
		m = found
	}
	return m, true
}

// child returns the one visible child of that name.
func (m MenuEntry) child(label string) (found MenuEntry, err error) {
	number, hidden := 0, false
	for _, c := range m.Children {
		switch {
		case c.Label != label || c.Separator:
		case !c.Visible:
			hidden = true
		default:
			found = c
			number++
		}
	}
	switch {
	case number > 1:
		return found, fmt.Errorf("%d entries are called %q", number, label)
	case number == 0 && hidden:
		return found, fmt.Errorf("%q is hidden", label)
	case number == 0:
		return found, fmt.Errorf("there is no entry %q in\n%s", label, m.Text())
	}
	return found, nil
}

// Menu reads the menu.
func (i *Item) Menu() MenuEntry {
	i.host.t.Helper()
	return i.WaitMenu(context.Background(), func(MenuEntry) bool { return true })
}

// Text reads the menu and returns it as MenuEntry.Text does.
func (i *Item) Text() string {
	i.host.t.Helper()
	return i.Menu().Text()
}

// WaitMenu returns the menu when it is as wanted.
func (i *Item) WaitMenu(ctx context.Context, wanted func(MenuEntry) bool) MenuEntry {
	i.host.t.Helper()
	menu, err := i.waitMenu(ctx, wanted)
	if err != nil {
		i.host.t.Fatalf("wait for the menu: %v; it was\n%s", err, menu.Text())
	}
	return menu
}

// WaitLabel returns the entry with these labels, from the top of the menu down, when
// it is visible.
func (i *Item) WaitLabel(ctx context.Context, path ...string) MenuEntry {
	i.host.t.Helper()
	menu, err := i.waitMenu(ctx, func(menu MenuEntry) bool {
		_, found := menu.Find(path...)
		return found
	})
	if err != nil {
		i.host.t.Fatalf("wait for %q in the menu: %v; it was\n%s", path, err, menu.Text())
	}
	entry, _ := menu.Find(path...)
	return entry
}

// WaitEnabled waits until the entry at the end of these labels can be clicked.
func (i *Item) WaitEnabled(ctx context.Context, path ...string) {
	i.host.t.Helper()
	menu, err := i.waitMenu(ctx, func(menu MenuEntry) bool {
		entry, found := menu.Find(path...)
		return found && entry.Enabled
	})
	if err != nil {
		i.host.t.Fatalf("wait for %q to be enabled in the menu: %v; it was\n%s", path, err, menu.Text())
	}
}

func (i *Item) waitMenu(ctx context.Context, wanted func(MenuEntry) bool) (last MenuEntry, err error) {
	err = i.changes.await(ctx, func(ctx context.Context) (bool, error) {
		menu, err := i.readMenu(ctx)
		if err != nil {
			return false, err
		}
		last = menu
		return wanted(menu), nil
	})
	return last, err
}

// Click does what a panel does when a person opens the menu, goes down these labels
// and clicks the last. Like a panel it refuses entries that are hidden or disabled.
func (i *Item) Click(path ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	menu, err := i.menuPath(ctx)
	if err != nil {
		return err
	}
	if err := i.open(ctx, menu, 0); err != nil {
		return err
	}
	defer i.closed(menu, 0)
	at, err := i.readMenu(ctx)
	if err != nil {
		return err
	}
	for depth, label := range path {
		at, err = at.child(label)
		last := depth == len(path)-1
		switch {
		case err != nil:
			return err
		case !at.Enabled:
			return fmt.Errorf("%q is disabled", label)
		case last && at.Submenu:
			return fmt.Errorf("%q opens a submenu", label)
		case !last && !at.Submenu:
			return fmt.Errorf("%q has no submenu", label)
		case last:
			err = i.event(ctx, menu, at.id, "clicked")
			if errors.Is(err, errLeft) {
				return nil // Quit may not have time to answer
			}
			return err
		}
		if err := i.open(ctx, menu, at.id); err != nil {
			return err
		}
		defer i.closed(menu, at.id)
	}
	return errors.New("no entry to click was given")
}

func (i *Item) open(ctx context.Context, menu dbus.ObjectPath, id int32) error {
	if err := i.call(ctx, menu, menuInterface+".AboutToShow", id).Err; err != nil {
		return err
	}
	return i.event(ctx, menu, id, "opened")
}

func (i *Item) event(ctx context.Context, menu dbus.ObjectPath, id int32, name string) error {
	return i.call(ctx, menu, menuInterface+".Event", id, name, dbus.MakeVariant(int32(0)), uint32(0)).Err
}

// closed is a message without an answer: after Quit there is nobody to give one.
func (i *Item) closed(menu dbus.ObjectPath, id int32) {
	i.host.conn.Object(i.owner, menu).Call(menuInterface+".Event", dbus.FlagNoReplyExpected,
		id, "closed", dbus.MakeVariant(int32(0)), uint32(0))
}

func (i *Item) readMenu(ctx context.Context) (MenuEntry, error) {
	menu, err := i.menuPath(ctx)
	if err != nil {
		return MenuEntry{}, err
	}
	root, err := i.layout(ctx, menu, 0)
	if err != nil {
		return MenuEntry{}, err
	}
	return root, i.fill(ctx, menu, root.Children)
}

func (i *Item) menuPath(ctx context.Context) (path dbus.ObjectPath, err error) {
	err = i.call(ctx, i.path, "org.freedesktop.DBus.Properties.Get", itemInterface, "Menu").Store(&path)
	return path, err
}

// fill asks for submenus that came without their entries: systray answers its very
// first question with the top level only.
func (i *Item) fill(ctx context.Context, menu dbus.ObjectPath, entries []MenuEntry) error {
	for n := range entries {
		e := &entries[n]
		if e.Submenu && len(e.Children) == 0 {
			full, err := i.layout(ctx, menu, e.id)
			if err != nil {
				return err
			}
			e.Children = full.Children
		}
		if err := i.fill(ctx, menu, e.Children); err != nil {
			return err
		}
	}
	return nil
}

// layout reads one entry with all below it.
func (i *Item) layout(ctx context.Context, menu dbus.ObjectPath, id int32) (MenuEntry, error) {
	var revision uint32
	var root node
	err := i.call(ctx, menu, menuInterface+".GetLayout", id, int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return MenuEntry{}, err
	}
	return root.entry()
}

// node is an entry on the bus; properties that have their default value may be absent.
type node struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

func (n node) entry() (MenuEntry, error) {
	toggle := property[string](n.Properties, "toggle-type")
	e := MenuEntry{
		id:        n.ID,
		Label:     readable(property[string](n.Properties, "label")),
		Separator: property[string](n.Properties, "type") == "separator",
		Visible:   n.Properties["visible"].Value() != false,
		Enabled:   n.Properties["enabled"].Value() != false,
		Checkable: toggle != "",
		Checked:   toggle != "" && property[int32](n.Properties, "toggle-state") == 1,
		Submenu:   property[string](n.Properties, "children-display") == "submenu",
	}
	for _, v := range n.Children {
		var child node
		if err := v.Store(&child); err != nil {
			return e, fmt.Errorf("an entry of %q: %w", e.Label, err)
		}
		c, err := child.entry()
		if err != nil {
			return e, err
		}
		e.Children = append(e.Children, c)
	}
	return e, nil
}

// readable drops the marks of access keys: "_Quit" reads Quit, "a__b" reads a_b.
func readable(label string) string {
	return strings.NewReplacer("__", "_", "_", "").Replace(label)
}
