package guard

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// guardAttributes start the guard without a console: it hears neither its Ctrl-C nor
// its closing, and is free to attach to that of a service. See system.terminate.
func guardAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS}
}
