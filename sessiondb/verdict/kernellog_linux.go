package verdict

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// KilledForMemory reports whether the kernel's log says that the process with this number
// was killed for lack of memory. It is false where the log may not be read.
func KilledForMemory(pid int) bool {
	fd, err := syscall.Open("/dev/kmsg", syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return false // most users may not read it
	}
	log := os.NewFile(uintptr(fd), "/dev/kmsg")
	defer log.Close()
	entry := fmt.Appendf(nil, "Killed process %d (", pid)
	record := make([]byte, 8<<10) // each read is one record, at most this long
	for {
		n, err := syscall.Read(fd, record)
		switch {
		case errors.Is(err, syscall.EPIPE): // overwritten before it was read
		case err != nil || n == 0: // EAGAIN: the end of the log
			return false
		case bytes.Contains(record[:n], entry):
			return true
		}
	}
}
