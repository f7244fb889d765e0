package platform

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootTime is when this computer was started, to the second.
func bootTime() (time.Time, error) {
	boot, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(boot.Unix()), nil
}
