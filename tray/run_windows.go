package tray

import (
	"log"
	"runtime"
	"unsafe"

	"fyne.io/systray"
	"golang.org/x/sys/windows"

	"agents-tray/icons"
	"agents-tray/tray/notify"
	"agents-tray/tray/window"
)

// face is the icon in the window of the library, which knows of its clicks and its menu.
type face struct {
	window *window.Window
	icon   shellIcon // of the window's thread
}

var registerWindowMessage = user32.NewProc("RegisterWindowMessageW")

const (
	libraryClass = "SystrayClass"
	probeClass   = "AgentsTrayProbe"

	wmEndSession    = 0x0016
	wmSettingChange = 0x001A
	wmDisplayChange = 0x007E
	wmTimer         = 0x0113
	wmDPIChanged    = 0x02E0

	balloonUserClick = 0x0405 // NIN_BALLOONUSERCLICK
)

// show changes what the icon shows.
func (f *face) show(state icons.State, title string) {
	if f.window != nil {
		f.window.Do(func() { f.icon.show(state, title) })
	}
}

// takeToken is empty: this system lets what a click opens come to the front.
func (f *face) takeToken() string { return "" }

var endMenu = user32.NewProc("EndMenu")

// inMenu changes the entries of the menu, in the thread that shows it: one that is open is
// closed before. Without the library's window there is no menu either.
func (t *Tray) inMenu(change func()) {
	if t.face.window == nil {
		change()
		return
	}
	done := make(chan struct{})
	t.face.window.Do(func() {
		defer close(done)
		endMenu.Call()
		change()
	})
	select {
	case <-done:
	case <-t.quit:
	}
}

// run shows the icon until the library is told to quit. A click on it opens the page that
// shows everything, a right click the menu.
func (t *Tray) run() {
	runtime.LockOSThread() // a window belongs to a thread
	defer runtime.UnlockOSThread()
	if err := t.awaitTaskbar(); err != nil {
		log.Printf("Nobody knows whether there is a taskbar yet, because Windows refused a window (%v). The program can be used by \"agents-tray menu\", too.", err)
	}
	if t.quitting() {
		close(t.unused)
		return
	}
	systray.SetOnTapped(t.tapped)
	systray.Run(func() {
		t.takeIcon()
		t.build()
	}, nil)
}

// awaitTaskbar returns once icons are taken, or quit is closed: the library gives up for
// good on one that is refused. At log-on programs start before the taskbar.
func (t *Tray) awaitTaskbar() error {
	var icon shellIcon
	var probe *window.Window
	try := func() {
		if icon.put(); icon.there {
			icon.remove()
			probe.Post(window.Close)
		}
	}
	created := taskbarCreated()
	probe, err := window.Open(probeClass, func(_, message, _, _ uintptr) (uintptr, bool) {
		switch message {
		case created, wmTimer:
			try()
			return 0, true
		}
		return 0, false
	})
	if err != nil {
		return err
	}
	icon.window = probe.Handle
	probe.Allow(created)
	served := make(chan struct{})
	t.wg.Go(func() {
		select {
		case <-t.quit:
			probe.Post(window.Close)
		case <-served:
		}
	})
	try()
	probe.Serve()
	close(served)
	return nil
}

// takeIcon shows from now on what the library shows of an icon too little: the size and
// colour of the taskbar, again in every new one, and messages that answer.
func (t *Tray) takeIcon() {
	created := taskbarCreated()
	own, err := window.Subclass(libraryClass, t.handle(created))
	if err != nil {
		log.Printf("The icon stays empty: %v. The program can be used by \"agents-tray menu\", too.", err)
		return
	}
	own.Allow(created)
	t.face.window = own
	own.Do(func() {
		t.face.icon.window = own.Handle
		t.face.icon.show(iconState(t.first), Title(t.first))
	})
	t.desktop.notifier.ShowOn(func(n notify.Notification) { own.Do(func() { t.face.icon.say(n) }) })
}

// handle handles messages to the library's window before the library does.
func (t *Tray) handle(taskbarCreated uintptr) window.HandlerFunc {
	icon := &t.face.icon
	return func(_, message, _, lParam uintptr) (uintptr, bool) {
		switch message {
		case wmIcon:
			if lParam != balloonUserClick {
				return 0, false
			}
			t.desktop.notifier.Clicked()
		case taskbarCreated:
			icon.again()
		case wmTimer:
			icon.tryAgain()
		case wmEndSession: // the program ends by itself if that is not called off: see poweroff
		case window.Close:
			icon.remove()
			return 0, false
		case wmSettingChange, wmDisplayChange, wmDPIChanged:
			icon.refresh()
			return 0, false
		default:
			return 0, false
		}
		return 0, true
	}
}

// taskbarCreated is the message of a taskbar that has just come.
func taskbarCreated() uintptr {
	message, _, _ := registerWindowMessage.Call(uintptr(unsafe.Pointer(windows.StringToUTF16Ptr("TaskbarCreated"))))
	return message
}
