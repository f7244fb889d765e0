//go:build unix

package guard

import (
	"io"
	"os"
	"syscall"
)

// readPipe waits until there is something to read, gives it to add, and returns how
// much that was. It holds a buffer only once there is. The error is io.EOF at the end
// of the stream and os.ErrDeadlineExceeded when the read deadline has passed.
func readPipe(pipe *os.File, add func([]byte)) (n int, err error) {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return 0, err
	}
	var result error
	err = raw.Read(func(fd uintptr) bool {
		var ready bool
		n, ready, result = readSome(fd, add)
		return ready
	})
	if err != nil {
		return 0, err
	}
	return n, result
}

// drainReads bounds what is read after a service's end, in buffers: as much as a pipe
// can hold, since a descendant may go on writing for ever.
const drainReads = 1 << 20 / readSize

// drainPipe gives add what can be read without waiting.
func drainPipe(pipe *os.File, add func([]byte)) {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { // fails only on a closed pipe
		for range drainReads {
			if _, ready, err := readSome(fd, add); !ready || err != nil {
				return
			}
		}
	})
}

// readSome reads once from a non-blocking descriptor. ready is false when there was
// nothing to read yet.
func readSome(fd uintptr, add func([]byte)) (n int, ready bool, err error) {
	buffer := readBuffers.Get().(*[readSize]byte)
	defer readBuffers.Put(buffer)
	for {
		n, err := syscall.Read(int(fd), buffer[:])
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return 0, false, nil
		case err != nil:
			return 0, true, err
		case n == 0:
			return 0, true, io.EOF
		default:
			add(buffer[:n])
			return n, true, nil
		}
	}
}
