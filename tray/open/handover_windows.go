package open

import "golang.org/x/sys/windows"

var allowSetForegroundWindow = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow")

// anyProcess stands for whichever process comes to the front next.
const anyProcess = ^uintptr(0)

// HandOver hands on the right to come to the front, which this process has if the user has
// just started it: another instance, or its browser, is to open what was asked for.
func HandOver() {
	_, _, _ = allowSetForegroundWindow.Call(anyProcess) // without the right there is nothing to hand on
}
