package tray

import (
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"

	"agents-tray/tray/words"
)

// messages are balloons of the icon, which Windows 10 and later show as toasts. A toast
// has no buttons then, but a click on it is the first of the actions; the others are in
// the menu. Buttons take an installed shortcut with an identity, and COM.
type messages struct {
	do func(Intent)

	mu     sync.Mutex
	latest Notification
	window uintptr // the icon's, once a message was shown
	before uintptr // what answered its messages until then
}

var (
	shellNotifyIcon          = windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW")
	findWindowEx             = user32.NewProc("FindWindowExW")
	getWindowThreadProcessID = user32.NewProc("GetWindowThreadProcessId")
	getWindowLongPtr         = user32.NewProc("GetWindowLongPtrW")
	setWindowLongPtr         = user32.NewProc("SetWindowLongPtrW")
	callWindowProc           = user32.NewProc("CallWindowProcW")
)

// What the tray library uses for its icon.
const (
	libraryClass   = "SystrayClass"
	libraryIcon    = 100
	libraryMessage = 0x0401 // WM_USER+1: something has happened to the icon
)

const (
	nimModify        = 1
	nifInfo          = 0x10
	niifInfo         = 1
	niifWarning      = 2
	balloonUserClick = 0x0405
	gwlpWndProc      = ^uintptr(3) // -4
)

// notifyIconData is NOTIFYICONDATAW.
type notifyIconData struct {
	Size             uint32
	Window           uintptr
	ID, Flags        uint32
	CallbackMessage  uint32
	Icon             uintptr
	Tip              [128]uint16
	State, StateMask uint32
	Info             [256]uint16
	Version          uint32
	InfoTitle        [64]uint16
	InfoFlags        uint32
	GUID             windows.GUID
	BalloonIcon      uintptr
}

// show shows a message in place of the one before.
func (m *messages) show(n Notification) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.window == 0 && !m.attach() {
		return // there is no icon
	}
	m.latest = n
	data := notifyIconData{Window: m.window, ID: libraryIcon, Flags: nifInfo, InfoFlags: niifInfo}
	data.Size = uint32(unsafe.Sizeof(data))
	if n.Urgent {
		data.InfoFlags = niifWarning
	}
	put(data.InfoTitle[:], n.Summary)
	put(data.Info[:], n.Body)
	if n.Body == "" {
		put(data.Info[:], " ") // nothing would take the message away
	}
	_, _, _ = shellNotifyIcon.Call(nimModify, uintptr(unsafe.Pointer(&data))) // the shell is gone: the menu tells
}

// put writes a text with its zero, cut if it must be.
func put(into []uint16, text string) {
	units, err := windows.UTF16FromString(words.Fit(text, len(into)-1))
	if err == nil { // else it holds a zero
		copy(into, units)
	}
}

// attach finds the icon's window in this process, and hears what happens to it.
func (m *messages) attach() bool {
	class, err := windows.UTF16PtrFromString(libraryClass)
	if err != nil {
		return false
	}
	var window uintptr
	for {
		window, _, _ = findWindowEx.Call(0, window, uintptr(unsafe.Pointer(class)), 0)
		if window == 0 {
			return false
		}
		var process uint32
		_, _, _ = getWindowThreadProcessID.Call(window, uintptr(unsafe.Pointer(&process)))
		if process == windows.GetCurrentProcessId() {
			break
		}
	}
	m.before, _, _ = getWindowLongPtr.Call(window, gwlpWndProc) // first: hear may be called at once
	if m.before == 0 {
		return false
	}
	m.window = window
	_, _, _ = setWindowLongPtr.Call(window, gwlpWndProc, windows.NewCallback(m.hear)) // fails if before did
	return true
}

// hear is the window's procedure, in the library's thread: it must not wait.
func (m *messages) hear(window, message, wParam, lParam uintptr) uintptr {
	if message == libraryMessage && lParam == balloonUserClick {
		go m.clicked()
		return 0
	}
	answer, _, _ := callWindowProc.Call(m.before, window, message, wParam, lParam)
	return answer
}

func (m *messages) clicked() {
	m.mu.Lock()
	actions := m.latest.Actions
	m.latest = Notification{}
	m.mu.Unlock()
	if len(actions) > 0 && actions[0].Intent.Verb != Nothing {
		m.do(actions[0].Intent)
	}
}

// end has nothing to wait for.
func (m *messages) end() {}
