package proctree

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// KilledForMemory reports whether the kernel's log says that the process with this number,
// which was there at since, was killed for lack of memory. known is false where the log may
// not be read, as most users may not.
func KilledForMemory(pid int, since time.Time) (killed, known bool) {
	fd, err := syscall.Open("/dev/kmsg", syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return false, false
	}
	defer func() { _ = syscall.Close(fd) }() // only read
	entry := fmt.Appendf(nil, "Killed process %d (", pid)
	earliest := uptime() - time.Since(since) - time.Second // the clocks differ a little
	record := make([]byte, 8<<10)                          // each read is one record, at most this long
	for {
		n, err := syscall.Read(fd, record)
		switch {
		case errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.EINTR): // overwritten before it was read
		case errors.Is(err, syscall.EAGAIN): // the end of the log
			return killed, true
		case err != nil || n == 0:
			return killed, killed
		case bytes.Contains(record[:n], entry) && recordTime(record[:n]) >= earliest:
			killed = true
		}
	}
}

// uptime is what the kernel's log counts from, or close to it.
func uptime() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // cannot fail
	return time.Duration(now.Nano())
}

// recordTime is the time of a record, "priority,sequence,microseconds,…;text", since the
// system was started.
func recordTime(record []byte) time.Duration {
	fields := bytes.SplitN(record, []byte{','}, 4)
	if len(fields) < 4 {
		return 0
	}
	microseconds, _ := strconv.ParseInt(string(fields[2]), 10, 64) // the kernel writes numbers
	return time.Duration(microseconds) * time.Microsecond
}
