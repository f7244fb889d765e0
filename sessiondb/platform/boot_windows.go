package platform

import (
	"time"

	"golang.org/x/sys/windows"
)

// BootTime is when this computer was started.
func BootTime() (time.Time, error) { return time.Now().Add(-windows.DurationSinceBoot()), nil }
