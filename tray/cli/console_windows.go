package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// attachParentProcess stands for the console of the process that started this one.
const attachParentProcess = ^uintptr(0)

// The prompt of a console comes back as soon as the tray has been started there, so Ctrl-C is
// for what runs there next.
const (
	interruptStopsTray = false
	howToStopTray      = ""
)

var (
	kernel32 = windows.NewLazySystemDLL("kernel32.dll")
	attach   = kernel32.NewProc("AttachConsole")
	free     = kernel32.NewProc("FreeConsole")

	attached bool
)

// attachConsole makes output appear in the console that the program was started from.
// It is built without one, so that a double click opens no window, and then Windows hands
// over neither the console nor its handles. What is redirected stays so.
func attachConsole() {
	if hasOutput(windows.STD_OUTPUT_HANDLE) || hasOutput(windows.STD_ERROR_HANDLE) {
		return
	}
	if done, _, _ := attach.Call(attachParentProcess); done == 0 {
		return // started by a double click, or at login
	}
	console, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return // nowhere to say so
	}
	os.Stdout, os.Stderr, attached = console, console, true
}

// takesEscapes has a console obey escape sequences, and reports whether it does.
func takesEscapes(console *os.File) bool {
	handle, mode := windows.Handle(console.Fd()), uint32(0)
	return windows.GetConsoleMode(handle, &mode) == nil &&
		windows.SetConsoleMode(handle, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// detachConsole lets go of a console that attachConsole has attached to: closing its window
// would end the tray. Nothing can be printed there any more.
func detachConsole() {
	if attached {
		free.Call() // without a console it fails, and nothing is lost
	}
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
