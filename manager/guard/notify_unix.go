//go:build unix

package guard

import (
	"net"
	"syscall"
)

// A notifySocket receives what one run says by sd_notify(3). Only that run's processes
// know its name, so no earlier run and no other program is taken for it.
type notifySocket struct {
	conn  *net.UnixConn
	name  string
	close func()
}

// receive starts a goroutine that merges what is received into n, until the socket is
// closed.
func (s *notifySocket) receive(n *coalescedNotice) {
	go func() {
		datagram, control := make([]byte, 4096), make([]byte, 1024)
		for {
			size, controlSize, _, _, err := s.conn.ReadMsgUnix(datagram, control)
			if err != nil {
				return // closed
			}
			if authentic(control[:controlSize]) {
				n.merge(func(notice *Notice) { parseNotify(datagram[:size], notice) })
			}
		}
	}()
}

// closeHanded closes the descriptors that came with a datagram: the sender of BARRIER=1
// waits for that.
func closeHanded(messages []syscall.SocketControlMessage) {
	for _, message := range messages {
		if descriptors, err := syscall.ParseUnixRights(&message); err == nil {
			for _, fd := range descriptors {
				_ = syscall.Close(fd) // nothing was written
			}
		}
	}
}
