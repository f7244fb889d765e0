//go:build cgo

package tray

import (
	"sync"

	"fyne.io/systray"

	"agents-tray/icons"
)

// face is the icon and its title.
type face struct {
	mu    sync.Mutex
	shown bool
	state icons.State
	title string
}

// show changes what the icon shows. The library makes something new of every icon and
// keeps it for good, so it is given none that it shows already. It is a template, which
// the system colours for its menu bar.
func (f *face) show(state icons.State, title string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.shown || state != f.state {
		f.shown, f.state = true, state
		picture := icons.Tray(state, icons.AnyPanel)
		systray.SetTemplateIcon(picture, picture)
	}
	if title != f.title {
		f.title = title
		systray.SetTooltip(title)
	}
}

// takeToken is empty: this system lets what a click opens come to the front.
func (f *face) takeToken() string { return "" }

// inMenu changes the entries of the menu. The library does so in the main thread.
func (t *Tray) inMenu(change func()) { change() }

// run shows the icon until the library is told to quit. A click opens the menu.
func (t *Tray) run() { systray.Run(t.build, nil) }
