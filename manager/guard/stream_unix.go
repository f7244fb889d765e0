//go:build unix

package guard

import (
	"io"
	"syscall"
)

// readAll gives add what can be read from a non-blocking descriptor without waiting.
func readAll(fd uintptr, add func([]byte)) {
	for range drainReads {
		if _, ready, err := readSome(fd, add); !ready || err != nil {
			return
		}
	}
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
