package poweroff

import (
	"context"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"agents-tray/tray/window"
)

// Windows tells windows, so there is one that nobody sees. While it has not answered
// WM_ENDSESSION the session goes on; the system gives it five seconds by default.

const (
	className = "AgentsTrayPowerOff"
	endTime   = 4500 * time.Millisecond

	wmQueryEndSession = 0x0011
	wmEndSession      = 0x0016
	endSessionLogOff  = 0x80000000
)

var blockReasonCreate = windows.NewLazySystemDLL("user32.dll").NewProc("ShutdownBlockReasonCreate")

// Begin watches the messages of the system. why is for people who ask what holds the
// shutdown up.
func Begin(_ context.Context, _, why string) *Watch {
	w := newWatch()
	released, ended := make(chan struct{}), make(chan struct{})
	opened := make(chan *window.Window)
	go func() {
		defer close(ended)
		runtime.LockOSThread() // a window belongs to a thread
		own, err := window.Open(className, w.handle(why, released))
		opened <- own
		if err == nil {
			own.Serve()
		}
	}()
	own := <-opened
	if own == nil {
		<-ended
		return w
	}
	w.release = sync.OnceFunc(func() {
		close(released)
		own.Post(window.Close)
		<-ended
	})
	return w
}

// handle handles what the system asks and says about the end of the session.
func (w *Watch) handle(why string, released <-chan struct{}) window.HandlerFunc {
	reason := windows.StringToUTF16Ptr(why)
	return func(handle, message, wParam, lParam uintptr) (uintptr, bool) {
		switch message {
		case wmQueryEndSession:
			blockReasonCreate.Call(handle, uintptr(unsafe.Pointer(reason))) // shown if the system waits for us
			return 1, true
		case wmEndSession:
			if wParam != 0 { // else it was called off
				w.tell(lParam)
				select {
				case <-released:
				case <-time.After(endTime):
				}
			}
			return 0, true
		}
		return 0, false
	}
}

// tell says why the session ends, unless that was told already.
func (w *Watch) tell(flags uintptr) {
	why := Shutdown
	if flags&endSessionLogOff != 0 {
		why = LogOff
	}
	select {
	case w.going <- why:
	default:
	}
}
