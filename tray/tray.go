//go:build !darwin || cgo

package tray

import (
	"runtime"
	"strings"
	"sync"

	"fyne.io/systray"
)

// Tray is the icon with its menu.
type Tray struct {
	first   Model         // shown until there is an app
	cancel  func()        // what Quit in the menu does until then
	app     App           // once given is closed
	given   chan struct{} // closed by Show
	desktop *Desktop
	face    face          // the icon and its title
	ready   chan struct{} // closed once the menu is built
	quit    chan struct{} // closed by Quit
	unused  chan struct{} // closed if it ends before the library was needed
	ended   chan struct{} // closed when Run is about to return
	once    sync.Once
	wg      sync.WaitGroup

	// Owned by update, once the menu is built.
	clicks  chan int            // of the entries
	renewed chan struct{}       // closed when they are replaced by others
	kept    string              // what they were made for; see entriesOf
	items   []*systray.MenuItem // as numbered by flatten; nil for a separator
	shown   []Item
}

// New makes a tray on a desktop; Run shows it: until there is an app, the icon and the menu
// of a model that is Beginning, whose Quit calls cancel.
func New(desktop *Desktop, first Model, cancel func()) *Tray {
	return &Tray{
		first: first, cancel: cancel, desktop: desktop, given: make(chan struct{}),
		ready: make(chan struct{}), quit: make(chan struct{}), unused: make(chan struct{}), ended: make(chan struct{}),
	}
}

// Show gives the tray what it is to show, once.
func (t *Tray) Show(app App) {
	t.app = app
	close(t.given)
}

func (t *Tray) quitting() bool {
	select {
	case <-t.quit:
		return true
	default:
		return false
	}
}

// tapped is a click on the icon itself, where that does not open the menu: it opens
// the page that shows everything. Without one, it does nothing; the menu is a right
// click away.
func (t *Tray) tapped() {
	select {
	case <-t.given:
	default:
		return // it has only just begun
	}
	for _, service := range t.app.Model().Services {
		if service.Open {
			t.app.Do(Intent{Verb: Open, Service: service.Name, Token: t.face.takeToken()})
			return
		}
	}
}

// build makes the menu, in the library's own goroutine: the panel waits for it.
func (t *Tray) build() {
	defer close(t.ready)
	if t.quitting() {
		return
	}
	t.fill(t.first)
	t.wg.Go(t.update)
}

// fill makes the entries of an empty menu.
func (t *Tray) fill(m Model) {
	menu, number := Menu(m), 0
	t.kept, t.shown = entriesOf(m), flatten(menu)
	t.clicks, t.renewed = make(chan int, 16), make(chan struct{})
	t.items = make([]*systray.MenuItem, len(t.shown))
	t.add(menu, &number, adder{systray.AddSeparator, systray.AddMenuItem, systray.AddMenuItemCheckbox})
}

// renew replaces all entries by those of a model with other services: the library can add
// entries at the end of a menu only. Clicks on the old ones that are still to be answered
// are dropped.
func (t *Tray) renew(m Model) {
	close(t.renewed)
	t.inMenu(func() {
		for _, item := range t.items {
			if item != nil {
				item.ClickedCh = nil // the library closes it, even while a click is sent
			}
		}
		systray.ResetMenu()
		t.fill(m)
	})
}

// adder adds entries to a menu or a submenu.
type adder struct {
	separator func()
	entry     func(title, tooltip string) *systray.MenuItem
	checkbox  func(title, tooltip string, checked bool) *systray.MenuItem
}

// add appends items to a menu and numbers them in the order of flatten.
func (t *Tray) add(items []Item, number *int, to adder) {
	for _, item := range items {
		n := *number
		*number++
		if item.Separator {
			to.separator()
			continue
		}
		var shown *systray.MenuItem
		if item.Checkable {
			shown = to.checkbox(escape(item.Label), "", item.Checked)
		} else {
			shown = to.entry(escape(item.Label), "")
		}
		// A click is sent without waiting for a receiver: give it room.
		shown.ClickedCh = make(chan struct{}, 4)
		t.items[n] = shown
		if item.Disabled {
			shown.Disable()
		}
		if item.Hidden {
			shown.Hide()
		}
		if item.Items != nil {
			t.add(item.Items, number, adder{shown.AddSeparator, shown.AddSubMenuItem, shown.AddSubMenuItemCheckbox})
			continue
		}
		clicked, clicks, renewed := shown.ClickedCh, t.clicks, t.renewed
		t.wg.Go(func() { t.listen(n, clicked, clicks, renewed) })
	}
}

// listen forwards the clicks of one entry.
func (t *Tray) listen(n int, clicked <-chan struct{}, clicks chan<- int, renewed <-chan struct{}) {
	for {
		select {
		case <-clicked:
		case <-renewed:
			return
		case <-t.quit:
			return
		}
		select {
		case clicks <- n:
		case <-renewed:
			return
		case <-t.quit:
			return
		}
	}
}

// update owns what is shown: it follows the model and answers clicks.
func (t *Tray) update() {
	if !t.begin() {
		return
	}
	changed, stop := t.app.Changes()
	defer stop()
	t.show(t.app.Model())
	for {
		select {
		case <-changed:
			t.show(t.app.Model())
		case <-systray.TrayOpenedCh: // settings may have been changed elsewhere
			t.show(t.app.Model())
		case n := <-t.clicks:
			if item := t.shown[n]; !item.Disabled && !item.Hidden {
				item.Intent.Token = t.face.takeToken()
				t.app.Do(item.Intent)
			}
			if t.shown[n].Checkable {
				t.show(t.app.Model()) // or it could not be changed
			}
		case <-t.quit:
			return
		}
	}
}

// begin answers clicks until there is an app; false says that quit was closed before.
func (t *Tray) begin() bool {
	for {
		select {
		case n := <-t.clicks:
			if t.shown[n].Intent.Verb == Quit {
				t.cancel()
			}
		case <-t.given:
			return true
		case <-t.quit:
			return false
		}
	}
}

// show applies what differs between the model and what is shown.
func (t *Tray) show(m Model) {
	if t.kept != entriesOf(m) {
		t.renew(m)
	}
	next := flatten(Menu(m))
	for n, item := range next {
		if t.items[n] != nil {
			apply(t.items[n], t.shown[n], item)
		}
	}
	t.shown = next
	t.face.show(iconState(m), Title(m))
}

// apply changes an entry to what it is now. Each call reaches the panel, so there is
// none for what stays.
func apply(entry *systray.MenuItem, was, now Item) {
	if now.Label != was.Label {
		entry.SetTitle(escape(now.Label))
	}
	if now.Disabled != was.Disabled {
		either(now.Disabled, entry.Disable, entry.Enable)
	}
	if now.Checked != was.Checked {
		either(now.Checked, entry.Check, entry.Uncheck)
	}
	if now.Hidden != was.Hidden {
		either(now.Hidden, entry.Hide, entry.Show)
	}
}

// escape keeps the menu from taking a character of a label for an access key. On macOS there
// are none.
func escape(label string) string {
	switch runtime.GOOS {
	case "darwin":
		return label
	case "windows":
		return strings.ReplaceAll(label, "&", "&&")
	}
	return strings.ReplaceAll(label, "_", "__")
}

func either(so bool, yes, no func()) {
	if so {
		yes()
	} else {
		no()
	}
}
