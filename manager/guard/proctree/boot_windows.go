package proctree

import (
	"strconv"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// BootID identifies the running system since it was started: equal before and after
// sleep, different after a restart. Windows counts its starts. Where that count cannot be
// read it is the time of the start to the minute, which a clock that is set changes.
func BootID() string {
	const prefetcher = `SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters`
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, prefetcher, registry.QUERY_VALUE)
	if err == nil {
		defer key.Close()
		if count, _, err := key.GetIntegerValue("BootId"); err == nil {
			return "start " + strconv.FormatUint(count, 10)
		}
	}
	return strconv.FormatInt(time.Now().Add(-windows.DurationSinceBoot()).Round(time.Minute).Unix(), 10)
}
