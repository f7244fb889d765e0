package sessiondb

import "golang.org/x/sys/unix"

// BootID identifies the running system since it was started: equal before and after
// sleep, different after a restart. Empty if it cannot be told.
func BootID() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}
