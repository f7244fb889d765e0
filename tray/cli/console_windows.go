package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// attachParentProcess stands for the console of the process that started this one.
const attachParentProcess = ^uintptr(0)

var attach = windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")

// attachConsole makes output appear in the console that the program was started from.
// It is built without one, lest a double click opens a window, and then Windows hands
// over neither the console nor its handles. What is redirected stays so.
func attachConsole() {
	if hasOutput(windows.STD_OUTPUT_HANDLE) || hasOutput(windows.STD_ERROR_HANDLE) {
		return
	}
	if attached, _, _ := attach.Call(attachParentProcess); attached == 0 {
		return // started by a double click, or at login
	}
	console, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return // nowhere to say so
	}
	os.Stdout, os.Stderr = console, console
}

// hasOutput reports whether this process was given a file for its output.
func hasOutput(which uint32) bool {
	handle, err := windows.GetStdHandle(which)
	if err != nil || handle == 0 || handle == windows.InvalidHandle {
		return false
	}
	kind, err := windows.GetFileType(handle)
	return err == nil && kind != windows.FILE_TYPE_UNKNOWN
}
