package control

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"agents-tray/manager/peer"
)

// An abstract socket (unix(7)) is a name in the network namespace: there is no file that could
// be removed, and the system frees it with its process. It has no permissions, either. So each
// end makes sure that the other one is this user's: see package peer.

// nameTries is how often a name is tried that is taken but answers nobody, as for the moment
// between the two calls in which another instance takes it.
const nameTries = 20

// takeName listens at a name, and returns ErrRunning if an instance of this user does. Another
// user who has taken the name keeps it: then there is no listener, and files have to do.
func takeName(name string) (net.Listener, *os.File, error) {
	if name == "" {
		return nil, nil, nil
	}
	for range nameTries {
		listener, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: "@" + name})
		if err == nil {
			held, err := listener.File()
			if err != nil {
				return nil, nil, errors.Join(err, listener.Close())
			}
			return listener, held, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break // this system has no such names
		}
		switch has, err := nameTaken(name); {
		case has:
			return nil, nil, ErrRunning
		case errors.Is(err, peer.ErrOtherUser):
			return nil, nil, nil
		}
		time.Sleep(time.Millisecond) // nothing tells when it listens, or is gone
	}
	return nil, nil, nil
}

// nameTaken reports whether an instance of this user has a name. The error is
// peer.ErrOtherUser if another user has it.
func nameTaken(name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: "@" + name})
	if err != nil {
		return false, err
	}
	defer conn.Close()
	err = peer.Check(conn)
	return err == nil, err
}
