//go:build unix

package manager

import "syscall"

// withoutReuse has a socket bound as by a program that does not set SO_REUSEADDR.
func withoutReuse(_, _ string, conn syscall.RawConn) error {
	var failed error
	err := conn.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0)
	})
	if err != nil {
		return err
	}
	return failed
}
