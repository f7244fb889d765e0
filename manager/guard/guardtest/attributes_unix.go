//go:build unix

package guardtest

import "syscall"

func attributes(ownSession bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: ownSession}
}
