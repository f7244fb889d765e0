//go:build !darwin || cgo

package tray

import (
	"sync"
	"time"

	"fyne.io/systray"

	"agents-tray/icons"
)

// Tray is the icon with its menu.
type Tray struct {
	app     App
	desktop *Desktop
	ready   chan struct{} // closed once the menu is built
	quit    chan struct{} // closed by Quit
	ended   chan struct{} // closed when Run is about to return
	once    sync.Once
	clicks  chan int
	wg      sync.WaitGroup

	// Owned by update.
	items []*systray.MenuItem // as numbered by flatten; nil for a separator
	shown []Item
	title string
	icon  icons.State
}

// New makes a tray on a desktop; Run shows it.
func New(app App, desktop *Desktop) *Tray {
	return &Tray{
		app: app, desktop: desktop, clicks: make(chan int, 16),
		ready: make(chan struct{}), quit: make(chan struct{}), ended: make(chan struct{}),
	}
}

// Run shows the icon until Quit. It must be called on the main goroutine.
func (t *Tray) Run() {
	defer close(t.ended)
	systray.SetTitle("agents-tray") // before Run, this becomes the icon's lasting identity
	if iconBeforeRun {
		t.setIcon(iconState(t.app.Model()))
	}
	systray.Run(t.build, func() {})
}

// Quit removes the icon. It waits a moment for that, but no longer: the desktop may
// be gone.
func (t *Tray) Quit() {
	patience := time.After(500 * time.Millisecond)
	t.once.Do(func() {
		select {
		case <-t.ready:
			close(t.quit)
			t.wg.Wait()
		case <-patience: // no desktop ever asked for the menu
		}
		systray.Quit()
	})
	select {
	case <-t.ended:
	case <-patience:
	}
}

// build makes the menu, in the library's own goroutine, and must be quick: the panel
// waits for it.
func (t *Tray) build() {
	model := t.app.Model()
	t.shown = flatten(Menu(model))
	t.items = make([]*systray.MenuItem, len(t.shown))
	number := 0
	t.add(Menu(model), &number, systray.AddSeparator, systray.AddMenuItem)
	if !iconBeforeRun {
		t.setIcon(iconState(model))
	}
	t.wg.Go(t.update)
	close(t.ready)
}

// add appends items to a menu and numbers them in the order of flatten.
func (t *Tray) add(items []Item, number *int, separator func(), entry func(title, tooltip string) *systray.MenuItem) {
	for _, item := range items {
		n := *number
		*number++
		if item.Separator {
			separator()
			continue
		}
		shown := entry(escape(item.Label), "")
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
			t.add(item.Items, number, shown.AddSeparator, shown.AddSubMenuItem)
			continue
		}
		t.wg.Go(func() { t.listen(n, shown.ClickedCh) })
	}
}

// listen forwards the clicks of one entry.
func (t *Tray) listen(n int, clicked <-chan struct{}) {
	for {
		select {
		case <-clicked:
		case <-t.quit:
			return
		}
		select {
		case t.clicks <- n:
		case <-t.quit:
			return
		}
	}
}

// update owns what is shown: it follows the model and answers clicks.
func (t *Tray) update() {
	changed, stop := t.app.Changes()
	defer stop()
	t.desktop.follow(t.quit)
	t.settle()
	t.show(t.app.Model()) // it may have changed since build
	for {
		select {
		case <-changed:
			t.show(t.app.Model())
		case n := <-t.clicks:
			if item := t.shown[n]; !item.Disabled && !item.Hidden {
				t.app.Do(item.Intent)
			}
		case <-t.quit:
			return
		}
	}
}

// show applies what differs between the model and what is shown.
func (t *Tray) show(m Model) {
	next := flatten(Menu(m))
	for n, item := range next {
		was, entry := t.shown[n], t.items[n]
		if entry == nil {
			continue
		}
		if item.Label != was.Label {
			entry.SetTitle(escape(item.Label))
		}
		if item.Disabled != was.Disabled {
			if item.Disabled {
				entry.Disable()
			} else {
				entry.Enable()
			}
		}
		if item.Hidden != was.Hidden {
			if item.Hidden {
				entry.Hide()
			} else {
				entry.Show()
			}
		}
	}
	t.shown = next
	t.setIcon(iconState(m))
	t.setTitle(m)
}

// settle sets what the library may have lost: between announcing the icon and keeping
// hold of it, it drops what it is told.
func (t *Tray) settle() {
	t.setTitle(t.app.Model())
	for range 1000 {
		if t.desktop.iconTitle(t.title) == t.title {
			break
		}
		time.Sleep(time.Millisecond) // nothing announces it
		systray.SetTitle(t.title)
	}
	systray.SetTooltip(t.title)
}

// setIcon shows the icon of a state, unless it is shown already.
func (t *Tray) setIcon(state icons.State) {
	if state != t.icon {
		t.icon = state
		systray.SetIcon(icons.Tray(state, icons.AnyPanel))
	}
}

// setTitle says the state in words where a panel shows a title or a tooltip.
func (t *Tray) setTitle(m Model) {
	title := Name + " – " + StateLine(m.Snapshot)
	if title == t.title {
		return
	}
	t.title = title
	systray.SetTitle(title)
	systray.SetTooltip(title)
}
