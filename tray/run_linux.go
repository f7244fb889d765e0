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

const (
	trayTime = 5 * time.Second        // after the icon, in which a panel may come that shows it
	endTime  = 200 * time.Millisecond // for which the end waits for the desktop
)

// watch returns when the bus is gone, or quit is closed. After a while it makes sure that
// the icon is there, or has it told, once, that nobody shows it; and that it is told no
// longer when somebody does.
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
				t.desktop.awaitHost()
			}
		case <-t.desktop.came:
			if t.face.toldNoTray && t.desktop.HasTray() {
				t.face.toldNoTray = false
				t.ask(Intent{Verb: HasTray})
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

// Run shows the icon until Quit. It must be called on the main goroutine. The desktop does
// not hold up its end: what hangs in a call then ends with the process.
func (t *Tray) Run() {
	go func() {
		defer close(t.ended)
		t.run()
	}()
	<-t.quit
	select {
	case <-t.ended:
	case <-time.After(endTime):
	}
}

// Quit removes the icon, by ending the connection that shows it.
func (t *Tray) Quit() {
	t.once.Do(func() {
		close(t.quit)
		systray.Quit()
	})
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
		icon, err := t.desktop.shared()
		if err == nil && !t.quitting() {
			// The library calls the bus without a deadline: closing the connection ends its calls.
			late := time.AfterFunc(answerTime, func() { icon.Close() })
			start()
			start, _ = systray.RunWithExternalLoop(nil, nil) // another time: the menu is built by then
			err = t.face.export(icon)
			late.Stop()
		}
		if err == nil {
			t.desktop.iconShown(icon)
			t.watch(icon)
		}
		if icon != nil {
			go icon.Close() // it waits for a message that the bus does not take
		}
		if t.quitting() {
			return
		}
		if !t.desktop.reconnect(t.quit, func() { t.ask(Intent{Verb: DesktopGone}) }) {
			return
		}
	}
}

// inMenu changes the entries of the menu. The library's menu has a lock here.
func (t *Tray) inMenu(change func()) { change() }

// ask has the app do something, as soon as there is one. It does not wait for that.
func (t *Tray) ask(i Intent) {
	go func() {
		select {
		case <-t.given:
			t.app.Do(i)
		case <-t.quit:
		}
	}()
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
