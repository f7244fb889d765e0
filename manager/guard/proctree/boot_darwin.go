package proctree

import "golang.org/x/sys/unix"

// BootID identifies the running system since it was started: equal before and after sleep,
// different after a restart. Empty if it cannot be told.
func BootID() string {
	id, _ := unix.Sysctl("kern.bootsessionuuid")
	return id
}
