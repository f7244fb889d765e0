package guard

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// guardAttributes keep Ctrl-C of a console away from the guard, and consoles away
// from the screen.
func guardAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}
