package sessiondb

import (
	"strconv"
	"time"

	"golang.org/x/sys/windows"
)

// BootID identifies the running system since it was started: equal before and after
// sleep, different after a restart. Windows has no such number, so it is the time of
// the start to the minute.
func BootID() string {
	return strconv.FormatInt(time.Now().Add(-windows.DurationSinceBoot()).Round(time.Minute).Unix(), 10)
}
