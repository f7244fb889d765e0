package platform

import (
	"time"

	"golang.org/x/sys/unix"
)

// BootTime is when this computer was started, to the second.
func BootTime() (time.Time, error) {
	boot, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(boot.Unix()), nil
}
