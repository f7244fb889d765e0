package tray

import (
	"log"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"agents-tray/tray/window"
)

// Tray is the icon with its menu. The tray library is not for Windows here: it gives up
// on an icon that the shell refuses, removes it at a log-off that is called off, shows it
// blurred and hears of no clicks on messages.
type Tray struct {
	first          Model         // shown until there is an app
	app            App           // once given is closed
	given          chan struct{} // closed by Show
	desktop        *Desktop
	quit           chan struct{} // closed by Quit
	ended          chan struct{} // closed when Run is about to return
	once           sync.Once
	wg             sync.WaitGroup
	window         *window.Window
	icon           shellIcon
	taskbarCreated uintptr // the message of an Explorer that has started
}

var (
	registerWindowMessage     = user32.NewProc("RegisterWindowMessageW")
	changeWindowMessageFilter = user32.NewProc("ChangeWindowMessageFilterEx")
)

const (
	windowName = "AgentsTray"

	wmSettingChange = 0x001A
	wmContextMenu   = 0x007B // also from the keyboard
	wmDisplayChange = 0x007E
	wmTimer         = 0x0113
	wmDPIChanged    = 0x02E0
	wmIcon          = window.Own // something has happened to the icon

	ninSelect           = 0x0400
	ninKeySelect        = 0x0401
	ninBalloonUserClick = 0x0405

	allowMessage = 1 // MSGFLT_ALLOW
)

// New makes a tray on a desktop; Run shows it: until there is an app, the icon of a model.
func New(desktop *Desktop, first Model) *Tray {
	return &Tray{
		first: first, desktop: desktop, given: make(chan struct{}),
		quit: make(chan struct{}), ended: make(chan struct{}),
	}
}

// Show gives the tray what it is to show, once. Until then there is no menu.
func (t *Tray) Show(app App) {
	t.app = app
	close(t.given)
}

// Run shows the icon until Quit. It must be called on the main goroutine.
func (t *Tray) Run() {
	defer close(t.ended)
	runtime.LockOSThread() // a window belongs to a thread
	defer runtime.UnlockOSThread()
	var err error
	if t.window, err = window.Open(windowName, t.answer); err != nil {
		log.Printf("There is no icon, because Windows refused its window (%v). The program can be used by \"agents-tray menu\".", err)
		<-t.quit
		return
	}
	t.hearOfTaskbars()
	t.icon.window = t.window.Handle
	t.icon.show(iconState(t.first), Title(t.first))
	t.desktop.messages.showOn(func(n Notification) { t.window.Do(func() { t.icon.say(n) }) })
	t.wg.Go(t.follow)
	t.window.Serve()
	t.wg.Wait()
}

// hearOfTaskbars makes sure of that also where the program was started by an administrator.
func (t *Tray) hearOfTaskbars() {
	t.taskbarCreated, _, _ = registerWindowMessage.Call(uintptr(unsafe.Pointer(windows.StringToUTF16Ptr("TaskbarCreated"))))
	changeWindowMessageFilter.Call(t.window.Handle, t.taskbarCreated, allowMessage, 0)
}

// Quit removes the icon. It waits a moment for that, but no longer: the desktop may be
// gone.
func (t *Tray) Quit() {
	t.once.Do(func() { close(t.quit) })
	select {
	case <-t.ended:
	case <-time.After(500 * time.Millisecond):
	}
}

// follow has the icon show the app's state, and ends with it.
func (t *Tray) follow() {
	defer t.window.Post(window.Close)
	select {
	case <-t.given:
	case <-t.quit:
		return
	}
	changed, stop := t.app.Changes()
	defer stop()
	for {
		model := t.app.Model()
		t.window.Do(func() { t.icon.show(iconState(model), Title(model)) })
		select {
		case <-changed:
		case <-t.quit:
			return
		}
	}
}

// answer takes what the system tells the window.
func (t *Tray) answer(_, message, wParam, lParam uintptr) (uintptr, bool) {
	switch message {
	case wmIcon:
		t.used(lParam&0xffff, int(int16(wParam)), int(int16(wParam>>16)))
	case t.taskbarCreated:
		t.icon.again()
	case wmTimer:
		t.icon.tryAgain()
	case window.Close:
		endMenu.Call()
		t.icon.remove()
		return 0, false
	case wmSettingChange, wmDisplayChange, wmDPIChanged:
		t.icon.refresh()
		return 0, false
	default:
		return 0, false
	}
	return 0, true
}

// used is what somebody does with the icon: a click on it opens the page that shows
// everything, a right click the menu, and one on a message what that offers first.
func (t *Tray) used(how uintptr, x, y int) {
	if how == ninBalloonUserClick {
		t.desktop.messages.clicked()
		return
	}
	select {
	case <-t.given:
	default:
		return // it has only just begun
	}
	intent := Intent{}
	switch how {
	case ninSelect, ninKeySelect:
		intent = firstPage(t.app.Model())
	case wmContextMenu:
		intent = popUp(t.window.Handle, Menu(t.app.Model()), x, y)
	}
	if intent.Verb != Nothing {
		t.app.Do(intent)
	}
}

// firstPage opens the first page that is in the menu, if there is one.
func firstPage(m Model) Intent {
	for _, service := range m.Services {
		if service.Open {
			return Intent{Verb: Open, Service: service.Name}
		}
	}
	return Intent{}
}
