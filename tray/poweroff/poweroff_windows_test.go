package poweroff

import (
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32      = windows.NewLazySystemDLL("user32.dll")
	findWindow  = user32.NewProc("FindWindowW")
	sendMessage = user32.NewProc("SendMessageW")
)

// tell sends what the system does, and returns the answer.
func tell(t *testing.T, message, wParam, lParam uintptr) uintptr {
	t.Helper()
	window, _, err := findWindow.Call(uintptr(unsafe.Pointer(windows.StringToUTF16Ptr(className))), 0)
	if window == 0 {
		t.Fatal("there is no window: ", err)
	}
	answer, _, _ := sendMessage.Call(window, message, wParam, lParam)
	return answer
}

func TestTheSystemWaitsUntilAllIsStopped(t *testing.T) {
	for name, test := range map[string]struct {
		flags uintptr
		want  Why
	}{"shutdown": {0, Shutdown}, "log-off": {endSessionLogOff, LogOff}} {
		t.Run(name, func(t *testing.T) {
			w := Begin(t.Context(), "Program", "Stops its services")
			if tell(t, wmQueryEndSession, 0, test.flags) != 1 {
				t.Error("it does not agree")
			}
			tell(t, wmEndSession, 0, test.flags) // called off after all
			select {
			case why := <-w.Going():
				t.Fatalf("it takes what was called off for a %s", why)
			default:
			}
			answered := make(chan time.Time, 1)
			go func() {
				tell(t, wmEndSession, 1, test.flags)
				answered <- time.Now()
			}()
			if why := <-w.Going(); why != test.want {
				t.Errorf("it takes it for a %s", why)
			}
			select {
			case <-answered:
				t.Error("the system need not wait")
			case <-time.After(50 * time.Millisecond):
			}
			stopped := time.Now()
			w.Release()
			if at := <-answered; at.Before(stopped) {
				t.Error("the system did not wait")
			}
		})
	}
}
