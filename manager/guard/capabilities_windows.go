package guard

// What this system's guard can do.
const (
	HandsOver = false // sockets cannot be inherited by programs that do not ask for it
	Notifies  = false // there are no datagram sockets between processes
)
