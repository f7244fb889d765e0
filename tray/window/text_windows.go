package window

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	sendMessageTimeout       = user32.NewProc("SendMessageTimeoutW")
	allowSetForegroundWindow = user32.NewProc("AllowSetForegroundWindow")
)

const (
	copyData     = 0x004A // WM_COPYDATA
	abortIfHung  = 0x0002 // SMTO_ABORTIFHUNG
	textPatience = 5 * time.Second
)

// copied is COPYDATASTRUCT.
type copied struct {
	what   uintptr
	length uint32
	data   *byte
}

// longestText is in bytes.
const longestText = 1000

// Tell gives a text to the windows of a class that OpenUnheard has opened, in whatever
// process, until one answers that it is meant; it reports whether one has, or still may.
// Each has five seconds for that, and may open windows over this process's from then on.
func Tell(class, text string) bool {
	name, err := windows.UTF16PtrFromString(class)
	if err != nil || text == "" || len(text) > longestText {
		return false
	}
	data := copied{length: uint32(len(text)), data: unsafe.StringData(text)}
	busy := false
	for handle, process := range all(unheard, name) {
		allowSetForegroundWindow.Call(uintptr(process))
		var meant uintptr
		answered, _, err := sendMessageTimeout.Call(handle, copyData, 0, uintptr(unsafe.Pointer(&data)), abortIfHung,
			uintptr(textPatience.Milliseconds()), uintptr(unsafe.Pointer(&meant)))
		if answered != 0 && meant == 1 {
			return true
		}
		busy = busy || answered == 0 && err == windows.ERROR_TIMEOUT
	}
	return busy
}

// Text is what Tell has told a window, if the message is that. Anybody may send one, of
// any shape: then the text is empty.
func Text(message, lParam uintptr) (text string, ok bool) {
	if message != copyData {
		return "", false
	}
	data := *(**copied)(unsafe.Pointer(&lParam)) // it is the system's own copy, of this length
	if data == nil || data.data == nil || data.length > longestText {
		return "", true
	}
	return string(unsafe.Slice(data.data, data.length)), true
}

// HearText has texts come through also where the program was started by an administrator.
func (w *Window) HearText() { w.Hear(copyData) }

// Hear has a message come through also where the program was started by an administrator.
func (w *Window) Hear(message uintptr) {
	const allow = 1 // MSGFLT_ALLOW
	changeWindowMessageFilter.Call(w.Handle, message, allow, 0)
}

var changeWindowMessageFilter = user32.NewProc("ChangeWindowMessageFilterEx")
