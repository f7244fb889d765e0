//go:build unix

package guard

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// What this system's guard can do.
const (
	HandsOver = true // give a service a listening socket
	Notifies  = true // hear sd_notify(3)
)

// SignalName returns "SIGKILL" for 9, "signal 99" for a number without a name.
func SignalName(number int) string {
	if name := unix.SignalName(syscall.Signal(number)); name != "" {
		return name
	}
	return fmt.Sprint("signal ", number)
}
