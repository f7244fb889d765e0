//go:build !linux && (!darwin || cgo)

package tray

import (
	"sync"

	"fyne.io/systray"

	"agents-tray/icons"
)

// face is the icon and its title.
type face struct {
	mu    sync.Mutex
	state icons.State
	panel icons.Panel
	title string
}

// show changes what the icon shows. The library makes something new of every icon and
// keeps it for good, so it is given none that it shows already.
func (f *face) show(state icons.State, title string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if panel := panel(); state != f.state || panel != f.panel {
		f.state, f.panel = state, panel
		setIcon(icons.Tray(state, panel))
	}
	if title != f.title {
		f.title = title
		systray.SetTooltip(title)
	}
}

// run shows the icon until the library is told to quit.
func (t *Tray) run() {
	awaitShell(t.quit)
	if clickOpens {
		systray.SetOnTapped(t.tapped)
	}
	systray.Run(t.build, nil) // the icon comes with the menu
}
