//go:build unix

package guard

import (
	"os"
	"os/signal"
	"syscall"
)

// pipes returns the guard's ends of its pipes to the tray: standard input and output.
func pipes() (requests, events *os.File) {
	// Writing to a tray that was killed is to be an error, instead of ending the guard.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return nonBlocking(0, "requests"), nonBlocking(1, "events")
}

// nonBlocking has the runtime poll a standard stream instead of blocking a thread.
func nonBlocking(fd int, name string) *os.File {
	_ = syscall.SetNonblock(fd, true) // if it fails, a thread waits in read
	return os.NewFile(uintptr(fd), name)
}
