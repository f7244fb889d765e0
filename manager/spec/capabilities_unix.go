//go:build unix

package spec

import "runtime"

// What a service may ask for on this system.
const (
	HandsOver = true // a listening socket that the guard has bound
	Notifies  = true // sd_notify(3)
	// CountsWaiting says that connections which the service has not accepted yet can be
	// counted on a socket that was handed over.
	CountsWaiting = runtime.GOOS == "linux"
)
