package poweroff

import (
	"context"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Windows tells windows, so there is one that nobody sees. While it has not answered
// WM_ENDSESSION the session goes on; the system gives it five seconds by default.

const (
	className = "AgentsTrayPowerOff"
	endTime   = 4500 * time.Millisecond

	wmClose           = 0x0010
	wmDestroy         = 0x0002
	wmQueryEndSession = 0x0011
	wmEndSession      = 0x0016
	endSessionLogOff  = 0x80000000
)

var (
	user32            = windows.NewLazySystemDLL("user32.dll")
	registerClass     = user32.NewProc("RegisterClassExW")
	unregisterClass   = user32.NewProc("UnregisterClassW")
	createWindow      = user32.NewProc("CreateWindowExW")
	destroyWindow     = user32.NewProc("DestroyWindow")
	defWindowProc     = user32.NewProc("DefWindowProcW")
	getMessage        = user32.NewProc("GetMessageW")
	dispatchMessage   = user32.NewProc("DispatchMessageW")
	postMessage       = user32.NewProc("PostMessageW")
	postQuitMessage   = user32.NewProc("PostQuitMessage")
	blockReasonCreate = user32.NewProc("ShutdownBlockReasonCreate")
)

type windowClass struct {
	size, style                        uint32
	procedure                          uintptr
	classExtra, windowExtra            int32
	instance, icon, cursor, background windows.Handle
	menuName, className                *uint16
	iconSmall                          windows.Handle
}

type message struct {
	window         windows.HWND
	message        uint32
	wParam, lParam uintptr
	time           uint32
	x, y           int32
	private        uint32
}

// Begin watches the messages of the system. why is for people who ask what holds the
// shutdown up.
func Begin(_ context.Context, _, why string) *Watch {
	w := newWatch()
	released, created := make(chan struct{}), make(chan windows.HWND)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // a window belongs to a thread
		w.serve(why, created, released)
	}()
	window := <-created
	if window == 0 {
		<-ended
		return w
	}
	w.release = sync.OnceFunc(func() {
		close(released)
		postMessage.Call(uintptr(window), wmClose, 0, 0)
		<-ended
	})
	return w
}

// serve makes the window and answers its messages until it is closed.
func (w *Watch) serve(why string, created chan<- windows.HWND, released <-chan struct{}) {
	name := windows.StringToUTF16Ptr(className)
	reason := windows.StringToUTF16Ptr(why)
	answer := func(window windows.HWND, message uint32, wParam, lParam uintptr) uintptr {
		switch message {
		case wmQueryEndSession:
			blockReasonCreate.Call(uintptr(window), uintptr(unsafe.Pointer(reason))) // shown if the system waits for us
			return 1
		case wmEndSession:
			if wParam == 0 { // it was called off
				return 0
			}
			reason := Shutdown
			if lParam&endSessionLogOff != 0 {
				reason = LogOff
			}
			select {
			case w.going <- reason:
			default: // told already
			}
			select {
			case <-released:
			case <-time.After(endTime):
			}
			return 0
		case wmClose:
			destroyWindow.Call(uintptr(window))
			return 0
		case wmDestroy:
			postQuitMessage.Call(0)
			return 0
		}
		result, _, _ := defWindowProc.Call(uintptr(window), uintptr(message), wParam, lParam)
		return result
	}
	class := windowClass{procedure: syscall.NewCallback(answer), className: name}
	class.size = uint32(unsafe.Sizeof(class))
	if atom, _, _ := registerClass.Call(uintptr(unsafe.Pointer(&class))); atom == 0 {
		created <- 0
		return
	}
	defer unregisterClass.Call(uintptr(unsafe.Pointer(name)), 0)
	window, _, _ := createWindow.Call(0, uintptr(unsafe.Pointer(name)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	created <- windows.HWND(window)
	if window == 0 {
		return
	}
	var m message
	for {
		if more, _, _ := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0); int32(more) <= 0 {
			return
		}
		dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
}
