package spec

import "runtime"

// What a service may ask for on this system, since the guard can do it there.
const (
	// HandsOver: a listening socket that the guard has bound. On Windows sockets cannot be
	// inherited by programs that do not ask for it.
	HandsOver = runtime.GOOS != "windows"
	// Notifies: sd_notify(3). Windows has no datagram sockets between processes.
	Notifies = runtime.GOOS != "windows"
	// CountsWaiting: connections that the service has not accepted yet can be counted on a
	// socket that was handed over.
	CountsWaiting = runtime.GOOS == "linux"
)
