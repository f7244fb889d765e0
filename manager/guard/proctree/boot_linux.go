package proctree

import (
	"os"
	"strings"
)

// bootID identifies the time since the computer was started.
func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // empty: no journal is believed
	return strings.TrimSpace(string(id))
}
