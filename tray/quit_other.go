//go:build windows || (darwin && cgo)

package tray

import (
	"context"
	"time"

	"fyne.io/systray"
)

// Run shows the icon until Quit. It must be called on the main goroutine.
func (t *Tray) Run() {
	defer close(t.ended)
	t.run()
}

// Quit removes the icon. It waits a moment for that, but no longer: the desktop may
// be gone.
func (t *Tray) Quit() {
	patience, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	t.once.Do(func() {
		close(t.quit)
		select {
		case <-t.unused:
			return
		case <-t.ready:
			t.wg.Wait() // the library must not be called any more
		case <-patience.Done(): // no desktop ever asked for the menu
		}
		systray.Quit()
	})
	select {
	case <-t.ended:
	case <-patience.Done():
	}
}
