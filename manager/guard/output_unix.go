//go:build unix

package guard

import (
	"io"
	"os"
	"syscall"
)

// readPipe waits until there is something to read and gives it to add. It holds a
// buffer only once there is. The error is io.EOF at the end of the stream and
// os.ErrDeadlineExceeded when the read deadline has passed.
func readPipe(pipe *os.File, add func([]byte)) error {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = raw.Read(func(fd uintptr) bool {
		var ready bool
		ready, result = readSome(fd, add)
		return ready
	})
	if err != nil {
		return err
	}
	return result
}

// drainReads bounds what is read after a service's end, in buffers: as much as a pipe
// can hold, since a descendant may go on writing for ever.
const drainReads = 1 << 20 / (32 << 10)

// drainPipe gives add what can be read without waiting.
func drainPipe(pipe *os.File, add func([]byte)) {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { // fails only on a closed pipe
		for range drainReads {
			if ready, err := readSome(fd, add); !ready || err != nil {
				return
			}
		}
	})
}

// readSome reads once from a non-blocking descriptor. ready is false when there was
// nothing to read yet.
func readSome(fd uintptr, add func([]byte)) (ready bool, err error) {
	buffer := readBuffers.Get().(*[32 << 10]byte)
	defer readBuffers.Put(buffer)
	for {
		n, err := syscall.Read(int(fd), buffer[:])
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return false, nil
		case err != nil:
			return true, err
		case n == 0:
			return true, io.EOF
		default:
			add(buffer[:n])
			return true, nil
		}
	}
}
