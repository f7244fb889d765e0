package sessiondb

import (
	"os"
	"strings"
)

// BootID identifies the running system since it was started: equal before and after
// sleep, different after a restart. Empty if it cannot be told.
func BootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
