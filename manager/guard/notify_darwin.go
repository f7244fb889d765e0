package guard

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// listenNotify opens a socket in a folder that only this user can enter.
func listenNotify() (*notifySocket, error) {
	folder, err := os.MkdirTemp("", "agents-tray-notify-*")
	if err != nil {
		return nil, err
	}
	name := filepath.Join(folder, "n")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: name})
	if err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return &notifySocket{conn, name, func() {
		conn.Close()
		os.RemoveAll(folder)
	}}, nil
}

func authentic(control []byte) bool {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err == nil {
		closeHanded(messages)
	}
	return true
}
