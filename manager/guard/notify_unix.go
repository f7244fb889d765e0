//go:build unix

package guard

import (
	"net"
	"syscall"
)

// A notifySocket hears what one run says by sd_notify(3). Its name is known to that
// run's processes only, so what it hears comes from them: not from an earlier run, and
// not from a stranger.
type notifySocket struct {
	conn  *net.UnixConn
	name  string
	close func()
}

// hear starts listening, for as long as the socket is open.
func (s *notifySocket) hear(n *news) {
	go func() {
		datagram, control := make([]byte, 4096), make([]byte, 1024)
		for {
			size, controlSize, _, _, err := s.conn.ReadMsgUnix(datagram, control)
			if err != nil {
				return // closed
			}
			if authentic(control[:controlSize]) {
				n.add(func(notice *Notice) { parseNotify(datagram[:size], notice) })
			}
		}
	}()
}

// closeHanded closes the descriptors that came with a datagram: BARRIER=1 waits for it.
func closeHanded(messages []syscall.SocketControlMessage) {
	for _, message := range messages {
		if descriptors, err := syscall.ParseUnixRights(&message); err == nil {
			for _, fd := range descriptors {
				_ = syscall.Close(fd) // not ours to keep
			}
		}
	}
}
