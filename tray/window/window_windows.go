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

	changeWindowMessageFilter = user32.NewProc("ChangeWindowMessageFilterEx")
)

const (
	Close = 0x0010 // WM_CLOSE: the window is destroyed if that is not answered

	destroy = 0x0002 // WM_DESTROY
	work    = 0xBFFF // the last of those that are the program's own (WM_APP)

	procedureOf = ^uintptr(3) // GWLP_WNDPROC, -4
)

// A Window belongs to the thread that has opened it.
type Window struct {
	Handle uintptr
	class  *uint16
	handle HandlerFunc
	next   func(window, message, wParam, lParam uintptr) uintptr // handles what handle does not

	mu    sync.Mutex
	queue []func() // for the window's thread
}

// HandlerFunc handles a message; handled is false to leave it to the default procedure.
type HandlerFunc func(window, message, wParam, lParam uintptr) (result uintptr, handled bool)

// classDefinition is WNDCLASSEXW.
type classDefinition struct {
	size, style                        uint32
	procedure                          uintptr
	classExtra, windowExtra            int32
	instance, icon, cursor, background windows.Handle
	menuName, className                *uint16
	iconSmall                          windows.Handle
}

// msg is MSG.
type msg struct {
	window         uintptr
	message        uint32
	wParam, lParam uintptr
	time           uint32
	x, y           int32
	private        uint32
}

// Open opens an invisible top-level window of a class of its own, which receives
// broadcasts too. The calling goroutine must be locked to its thread, and must call Serve.
func Open(class string, handle HandlerFunc) (*Window, error) {
	name, err := windows.UTF16PtrFromString(class)
	if err != nil {
		return nil, err
	}
	w := &Window{class: name, handle: handle, next: defaultProcedure}
	d := classDefinition{procedure: windows.NewCallback(w.procedure), className: name}
	d.size = uint32(unsafe.Sizeof(d))
	if atom, _, err := registerClass.Call(uintptr(unsafe.Pointer(&d))); atom == 0 {
		return nil, fmt.Errorf("register the window class %s: %w", class, err)
	}
	w.Handle, _, err = createWindow.Call(0, uintptr(unsafe.Pointer(name)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if w.Handle == 0 {
		w.unregister()
		return nil, fmt.Errorf("create a window of the class %s: %w", class, err)
	}
	return w, nil
}

// defaultProcedure is DefWindowProc, for a window that Serve serves.
func defaultProcedure(window, message, wParam, lParam uintptr) uintptr {
	if message == destroy {
		postQuitMessage.Call(0)
		return 0
	}
	result, _, _ := defWindowProc.Call(window, message, wParam, lParam)
	return result
}

// Subclass handles first what a window of this process is sent that somebody else has
// opened and serves. It is found by its class; an error if there is none.
func Subclass(class string, handle HandlerFunc) (*Window, error) {
	name, err := windows.UTF16PtrFromString(class)
	if err != nil {
		return nil, err
	}
	w := &Window{handle: handle}
	for handle, process := range windowsOf(name) {
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
	w.next = func(window, message, wParam, lParam uintptr) uintptr {
		result, _, _ := callWindowProc.Call(before, window, message, wParam, lParam)
		return result
	}
	if set, _, err := setWindowLongPtr.Call(w.Handle, procedureOf, windows.NewCallback(w.procedure)); set == 0 {
		return nil, fmt.Errorf("hear first what a window of the class %s is told: %w", class, err)
	}
	return w, nil
}

// windowsOf are the top-level windows of a class, and their processes.
func windowsOf(class *uint16) iter.Seq2[uintptr, uint32] {
	return func(yield func(uintptr, uint32) bool) {
		var handle uintptr
		for {
			if handle, _, _ = findWindowEx.Call(0, handle, uintptr(unsafe.Pointer(class)), 0); handle == 0 {
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

func (w *Window) unregister() { unregisterClass.Call(uintptr(unsafe.Pointer(w.class)), 0) }

// procedure is the window's procedure.
func (w *Window) procedure(handle, message, wParam, lParam uintptr) uintptr {
	if message == work {
		w.drain()
		return 0
	}
	if result, handled := w.handle(handle, message, wParam, lParam); handled {
		return result
	}
	return w.next(handle, message, wParam, lParam)
}

// Serve answers messages until the window is destroyed.
func (w *Window) Serve() {
	defer w.unregister()
	var m msg
	for {
		if more, _, _ := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0); int32(more) <= 0 {
			return
		}
		translateMessage.Call(uintptr(unsafe.Pointer(&m))) // keys, for menus
		dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
}

// Do runs a function in the window's thread. It does not wait for it. After the window is
// destroyed it is not run.
func (w *Window) Do(do func()) {
	w.mu.Lock()
	w.queue = append(w.queue, do)
	w.mu.Unlock()
	w.Post(work)
}

// Post sends the window a message, and does not wait for it.
func (w *Window) Post(message uintptr) { postMessage.Call(w.Handle, message, 0, 0) }

func (w *Window) drain() {
	w.mu.Lock()
	queue := w.queue
	w.queue = nil
	w.mu.Unlock()
	for _, do := range queue {
		do()
	}
}

// Allow has a message come through also where the program was started by an administrator,
// whose windows Windows shields from programs with fewer rights.
func (w *Window) Allow(message uintptr) {
	const allow = 1 // MSGFLT_ALLOW
	changeWindowMessageFilter.Call(w.Handle, message, allow, 0)
}
