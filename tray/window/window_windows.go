// Package window has windows that nobody sees, to which Windows tells what happens.
package window

import (
	"fmt"
	"iter"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32           = windows.NewLazySystemDLL("user32.dll")
	registerClass    = user32.NewProc("RegisterClassExW")
	unregisterClass  = user32.NewProc("UnregisterClassW")
	createWindow     = user32.NewProc("CreateWindowExW")
	defWindowProc    = user32.NewProc("DefWindowProcW")
	getMessage       = user32.NewProc("GetMessageW")
	translateMessage = user32.NewProc("TranslateMessage")
	dispatchMessage  = user32.NewProc("DispatchMessageW")
	postMessage      = user32.NewProc("PostMessageW")
	postQuitMessage  = user32.NewProc("PostQuitMessage")
	findWindowEx     = user32.NewProc("FindWindowExW")
	ownerOf          = user32.NewProc("GetWindowThreadProcessId")
	getWindowLongPtr = user32.NewProc("GetWindowLongPtrW")
	setWindowLongPtr = user32.NewProc("SetWindowLongPtrW")
	callWindowProc   = user32.NewProc("CallWindowProcW")
)

const (
	Close = 0x0010 // WM_CLOSE: the window is destroyed if that is not answered
	Own   = 0x8000 // from here on, messages are the program's own

	destroy = 0x0002 // WM_DESTROY
	work    = 0xBFFF // the last of those

	procedureOf = ^uintptr(3) // GWLP_WNDPROC, -4
)

// A Window belongs to the thread that has opened it.
type Window struct {
	Handle uintptr
	class  *uint16
	answer Answer
	usual  func(window, message, wParam, lParam uintptr) uintptr // what is done with what is not answered

	mu   sync.Mutex
	left []func() // to do
}

// Answer takes a message; with what is not answered is done what is usual.
type Answer func(window, message, wParam, lParam uintptr) (result uintptr, answered bool)

// definition is WNDCLASSEXW.
type definition struct {
	size, style                        uint32
	procedure                          uintptr
	classExtra, windowExtra            int32
	instance, icon, cursor, background windows.Handle
	menuName, className                *uint16
	iconSmall                          windows.Handle
}

// received is MSG.
type received struct {
	window         uintptr
	message        uint32
	wParam, lParam uintptr
	time           uint32
	x, y           int32
	private        uint32
}

// Parents of windows.
const (
	desktop = 0
	unheard = ^uintptr(2) // HWND_MESSAGE, -3
)

// Open opens a window of a class of its own. The thread must be locked.
func Open(class string, answer Answer) (*Window, error) { return open(class, desktop, answer) }

// OpenUnheard opens one that gets only what is sent to it alone: nobody who tells all
// windows something waits for it.
func OpenUnheard(class string, answer Answer) (*Window, error) { return open(class, unheard, answer) }

func open(class string, parent uintptr, answer Answer) (*Window, error) {
	name, err := windows.UTF16PtrFromString(class)
	if err != nil {
		return nil, err
	}
	w := &Window{class: name, answer: answer, usual: byDefault}
	d := definition{procedure: windows.NewCallback(w.hear), className: name}
	d.size = uint32(unsafe.Sizeof(d))
	if atom, _, err := registerClass.Call(uintptr(unsafe.Pointer(&d))); atom == 0 {
		return nil, fmt.Errorf("register the window class %s: %w", class, err)
	}
	w.Handle, _, err = createWindow.Call(0, uintptr(unsafe.Pointer(name)), 0, 0, 0, 0, 0, 0, parent, 0, 0, 0)
	if w.Handle == 0 {
		w.forgetClass()
		return nil, fmt.Errorf("create a window of the class %s: %w", class, err)
	}
	return w, nil
}

// byDefault is what the system does, for a window that Serve serves.
func byDefault(window, message, wParam, lParam uintptr) uintptr {
	if message == destroy {
		postQuitMessage.Call(0)
		return 0
	}
	result, _, _ := defWindowProc.Call(window, message, wParam, lParam)
	return result
}

// Take has a window of this process answer first, that somebody else has opened and
// serves. It is found by its class.
func Take(class string, answer Answer) (*Window, error) {
	name, err := windows.UTF16PtrFromString(class)
	if err != nil {
		return nil, err
	}
	w := &Window{answer: answer}
	for handle, process := range all(desktop, name) {
		if process == windows.GetCurrentProcessId() {
			w.Handle = handle
			break
		}
	}
	if w.Handle == 0 {
		return nil, fmt.Errorf("find a window of the class %s in this process: there is none", class)
	}
	before, _, err := getWindowLongPtr.Call(w.Handle, procedureOf)
	if before == 0 {
		return nil, fmt.Errorf("find the procedure of a window of the class %s: %w", class, err)
	}
	w.usual = func(window, message, wParam, lParam uintptr) uintptr {
		result, _, _ := callWindowProc.Call(before, window, message, wParam, lParam)
		return result
	}
	if set, _, err := setWindowLongPtr.Call(w.Handle, procedureOf, windows.NewCallback(w.hear)); set == 0 {
		return nil, fmt.Errorf("hear first what a window of the class %s is told: %w", class, err)
	}
	return w, nil
}

// all are the windows of a class under a parent, and their processes.
func all(parent uintptr, class *uint16) iter.Seq2[uintptr, uint32] {
	return func(yield func(uintptr, uint32) bool) {
		var handle uintptr
		for {
			if handle, _, _ = findWindowEx.Call(parent, handle, uintptr(unsafe.Pointer(class)), 0); handle == 0 {
				return
			}
			var process uint32
			ownerOf.Call(handle, uintptr(unsafe.Pointer(&process)))
			if !yield(handle, process) {
				return
			}
		}
	}
}

func (w *Window) forgetClass() { unregisterClass.Call(uintptr(unsafe.Pointer(w.class)), 0) }

// hear is the window's procedure.
func (w *Window) hear(handle, message, wParam, lParam uintptr) uintptr {
	if message == work {
		w.carryOut()
		return 0
	}
	if result, answered := w.answer(handle, message, wParam, lParam); answered {
		return result
	}
	return w.usual(handle, message, wParam, lParam)
}

// Serve answers messages until the window is destroyed.
func (w *Window) Serve() {
	defer w.forgetClass()
	var m received
	for {
		if more, _, _ := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0); int32(more) <= 0 {
			return
		}
		translateMessage.Call(uintptr(unsafe.Pointer(&m))) // keys, for menus
		dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
}

// Do has work done in the window's thread. It does not wait for it; after the window's
// end it is left undone.
func (w *Window) Do(do func()) {
	w.mu.Lock()
	w.left = append(w.left, do)
	w.mu.Unlock()
	w.Post(work)
}

// Post sends the window a message, and does not wait for it.
func (w *Window) Post(message uintptr) { postMessage.Call(w.Handle, message, 0, 0) }

func (w *Window) carryOut() {
	w.mu.Lock()
	left := w.left
	w.left = nil
	w.mu.Unlock()
	for _, do := range left {
		do()
	}
}
