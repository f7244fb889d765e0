package proctree

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// DetachedAttributes start a guard without a console: its parent's Ctrl-C and the closing
// of its window do not reach it, and it can attach to the console of a child, as
// Tree.Terminate does.
func DetachedAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS}
}
