package guard

import (
	"os"

	"golang.org/x/sys/unix"
)

// waiting returns how many connections of a listening socket have not been accepted. The
// kernel reports it where it reports unacknowledged segments of other sockets.
func waiting(socket *os.File) (n int) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) { // fails only on a closed socket
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			n = int(info.Unacked)
		}
	})
	return n
}
