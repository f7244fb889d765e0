package guard

import (
	"crypto/rand"
	"net"
	"os"
	"syscall"
)

// listenNotify opens a socket in the abstract namespace, where nothing is left behind
// even by a guard that is killed. The kernel names each datagram's sender.
func listenNotify() (*notifySocket, error) {
	name := "@agents-tray-notify/" + rand.Text()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: name})
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err == nil {
		controlErr := raw.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_PASSCRED, 1)
		})
		if err == nil {
			err = controlErr
		}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &notifySocket{conn, name, func() { conn.Close() }}, nil
}

// authentic reports whether a datagram comes from a process of this user: abstract
// names have no permissions.
func authentic(control []byte) bool {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil {
		return false
	}
	closeHanded(messages)
	for _, message := range messages {
		if sender, err := syscall.ParseUnixCredentials(&message); err == nil {
			return int(sender.Uid) == os.Getuid()
		}
	}
	return false
}
