package web

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"agents-tray/manager/guard"
)

// maxSockets bounds how many sockets are taken over.
const maxSockets = 2

// Listen returns the sockets that the guard handed over from descriptor 3 on (the LISTEN_FDS
// convention of sd_listen_fds), or binds address, and its port on the other loopback address
// where that can be had.
func Listen(address string) ([]net.Listener, error) {
	count, err := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if err != nil || count < 1 {
		listeners, taken, err := guard.ListenLoopback(address, true)
		if taken != "" {
			fmt.Fprintf(os.Stderr, "%s is taken by another program: use %s\n", taken, address)
		}
		return listeners, err
	}
	var listeners []net.Listener
	for n := range min(count, maxSockets) {
		listener, err := handedOver(guard.HandedDescriptor + n)
		if err != nil {
			for _, l := range listeners {
				l.Close()
			}
			return nil, err
		}
		listeners = append(listeners, listener)
	}
	return listeners, nil
}

func handedOver(descriptor int) (net.Listener, error) {
	file := os.NewFile(uintptr(descriptor), "listener")
	defer file.Close() // FileListener duplicates it
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("use the socket handed over: %w", err)
	}
	return listener, nil
}
