package tray

import (
	"fmt"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32           = windows.NewLazySystemDLL("user32.dll")
	registerClass    = user32.NewProc("RegisterClassExW")
	unregisterClass  = user32.NewProc("UnregisterClassW")
	createWindow     = user32.NewProc("CreateWindowExW")
	destroyWindow    = user32.NewProc("DestroyWindow")
	defWindowProc    = user32.NewProc("DefWindowProcW")
	getMessage       = user32.NewProc("GetMessageW")
	translateMessage = user32.NewProc("TranslateMessage")
	dispatchMessage  = user32.NewProc("DispatchMessageW")
	postMessage      = user32.NewProc("PostMessageW")
	postQuitMessage  = user32.NewProc("PostQuitMessage")
)

const (
	wmNull    = 0x0000
	wmDestroy = 0x0002
	wmClose   = 0x0010
	wmApp     = 0x8000 // from here on, messages are the program's own
	wmWork    = wmApp
)

// A window is one that nobody sees, to which the system tells what happens. It belongs to
// the thread that has opened it.
type window struct {
	handle uintptr
	class  *uint16
	answer answer

	mu   sync.Mutex
	work []func()
}

// answer takes a message; what is not answered the system does as it is usual.
type answer func(message, wParam, lParam uintptr) (result uintptr, answered bool)

// windowClass is WNDCLASSEXW.
type windowClass struct {
	size, style                        uint32
	procedure                          uintptr
	classExtra, windowExtra            int32
	instance, icon, cursor, background windows.Handle
	menuName, className                *uint16
	iconSmall                          windows.Handle
}

// systemMessage is MSG.
type systemMessage struct {
	window         uintptr
	message        uint32
	wParam, lParam uintptr
	time           uint32
	x, y           int32
	private        uint32
}

// openWindow opens a window of a class of its own.
func openWindow(class string, answer answer) (*window, error) {
	name, err := windows.UTF16PtrFromString(class)
	if err != nil {
		return nil, err
	}
	w := &window{class: name, answer: answer}
	definition := windowClass{procedure: windows.NewCallback(w.hear), className: name}
	definition.size = uint32(unsafe.Sizeof(definition))
	if atom, _, err := registerClass.Call(uintptr(unsafe.Pointer(&definition))); atom == 0 {
		return nil, fmt.Errorf("register the window class %s: %w", class, err)
	}
	w.handle, _, err = createWindow.Call(0, uintptr(unsafe.Pointer(name)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if w.handle == 0 {
		w.forgetClass()
		return nil, fmt.Errorf("create a window of the class %s: %w", class, err)
	}
	return w, nil
}

func (w *window) forgetClass() { unregisterClass.Call(uintptr(unsafe.Pointer(w.class)), 0) }

// hear is the window's procedure.
func (w *window) hear(handle, message, wParam, lParam uintptr) uintptr {
	switch message {
	case wmWork:
		w.carryOut()
		return 0
	case wmDestroy:
		postQuitMessage.Call(0)
		return 0
	}
	if result, answered := w.answer(message, wParam, lParam); answered {
		return result
	}
	result, _, _ := defWindowProc.Call(handle, message, wParam, lParam)
	return result
}

// serve answers messages until the window is destroyed.
func (w *window) serve() {
	defer w.forgetClass()
	var m systemMessage
	for {
		if more, _, _ := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0); int32(more) <= 0 {
			return
		}
		translateMessage.Call(uintptr(unsafe.Pointer(&m))) // keys, for menus
		dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
}

// do has work done in the window's thread. It does not wait for it; after the window's
// end it is left undone.
func (w *window) do(work func()) {
	w.mu.Lock()
	w.work = append(w.work, work)
	w.mu.Unlock()
	w.post(wmWork)
}

func (w *window) post(message uintptr) { postMessage.Call(w.handle, message, 0, 0) }

func (w *window) carryOut() {
	w.mu.Lock()
	work := w.work
	w.work = nil
	w.mu.Unlock()
	for _, work := range work {
		work()
	}
}
