package peer

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// checkAbstract asks for the user who has connected a socket, or made it listen.
func checkAbstract(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var by *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		by, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	switch {
	case err != nil || failed != nil:
		return fmt.Errorf("whose the other end is: %w", errors.Join(err, failed))
	case int(by.Uid) != os.Geteuid():
		return ErrOtherUser
	}
	return nil
}
