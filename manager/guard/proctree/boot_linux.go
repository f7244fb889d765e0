package proctree

import (
	"os"
	"strings"
)

// BootID identifies the running system since it was started: equal before and after sleep,
// different after a restart. Empty if it cannot be told.
func BootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}
