package tray

import (
	"bytes"
	"io"
	"log"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"agents-tray/icons"
)

// face is the icon and its title.
type face struct {
	statusItem
	toldNoTray bool // of run
}

// trayTime is how long after the icon a panel may come that shows it.
const trayTime = 5 * time.Second

// watch returns when the bus is gone, or quit is closed. After a while it makes sure that
// the icon is there, or has it told, once, that nobody shows it.
func (t *Tray) watch(icon *dbus.Conn) {
	settled := time.NewTimer(trayTime)
	defer settled.Stop()
	for {
		select {
		case <-settled.C:
			if t.desktop.HasTray() {
				t.desktop.register() // a panel that was not quite ready has forgotten it
			} else if !t.face.toldNoTray {
				t.face.toldNoTray = true
				t.ask(Intent{Verb: NoTray})
			}
		case <-icon.Context().Done():
			return
		case <-t.desktop.connection().Context().Done():
			return
		case <-t.quit:
			return
		}
	}
}

// run shows the icon, again after each time the bus was gone, until quit is closed.
func (t *Tray) run() {
	log.SetOutput(withoutLibrary{log.Writer()})
	t.face.tapped = t.tapped
	t.face.show(iconState(t.first), Title(t.first))
	systray.SetTitle(itemIdentity) // before the library runs, this becomes the icon's lasting identity
	systray.SetIcon(icons.Tray(iconState(t.first), icons.AnyPanel))
	start, _ := systray.RunWithExternalLoop(t.build, nil)
	for {
		icon, err := dbus.SessionBus() // a new one if the last is gone; the library takes the same
		if err == nil {
			start()
			start, _ = systray.RunWithExternalLoop(nil, nil) // another time: the menu is built by then
			err = t.face.export(icon)
		}
		if err == nil {
			t.desktop.iconShown(icon)
			t.watch(icon)
		}
		if icon != nil {
			icon.Close()
		}
		if t.quitting() || !t.desktop.reconnect(t.quit) {
			return
		}
	}
}

// ask has the app do something, as soon as there is one.
func (t *Tray) ask(i Intent) {
	select {
	case <-t.given:
		t.app.Do(i)
	case <-t.quit:
	}
}

// withoutLibrary is a log without what the tray library has to say: of panels and buses
// that are not there, which is dealt with here.
type withoutLibrary struct{ io.Writer }

func (w withoutLibrary) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("systray error:")) {
		return len(line), nil
	}
	return w.Writer.Write(line)
}
