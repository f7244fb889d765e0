package sessiondb

import (
	"os"
	"strings"
)

func machineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if id, err := os.ReadFile(path); err == nil && len(strings.TrimSpace(string(id))) == 32 {
			return strings.TrimSpace(string(id))
		}
	}
	return ""
}
