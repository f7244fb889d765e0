//go:build unix

package guard

import "syscall"

// guardAttributes keep the terminal's Ctrl-C away from the guard: the tray gets it
// and decides.
func guardAttributes() *syscall.SysProcAttr { return survivorAttributes() }
