package platform

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootTime is when this computer was started, to the second.
func bootTime() (time.Time, error) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return time.Time{}, err
	}
	return time.Now().Add(-time.Duration(info.Uptime+1) * time.Second), nil
}
