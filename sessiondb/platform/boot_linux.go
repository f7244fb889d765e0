package platform

import (
	"time"

	"golang.org/x/sys/unix"
)

// BootTime is when this computer was started, to the second.
func BootTime() (time.Time, error) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return time.Time{}, err
	}
	return time.Now().Add(-time.Duration(info.Uptime+1) * time.Second), nil
}
