package session

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// killedForMemory reports whether the kernel's log, where it may be read, says that the
// process with this number was killed for lack of memory.
func killedForMemory(pid int) bool {
	fd, err := syscall.Open("/dev/kmsg", syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return false // it is not for everybody
	}
	log := os.NewFile(uintptr(fd), "/dev/kmsg")
	defer log.Close()
	words := fmt.Appendf(nil, "Killed process %d (", pid)
	record := make([]byte, 8<<10) // each read is one record, at most this long
	for {
		n, err := syscall.Read(fd, record)
		switch {
		case errors.Is(err, syscall.EPIPE): // overwritten before it was read
		case err != nil || n == 0: // EAGAIN: that was all
			return false
		case bytes.Contains(record[:n], words):
			return true
		}
	}
}
