package proctree

import "golang.org/x/sys/unix"

// bootID identifies the time since the computer was started.
func bootID() string {
	id, _ := unix.Sysctl("kern.bootsessionuuid") // empty: no journal is believed
	return id
}
