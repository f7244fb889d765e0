package guard

// What the guard can do on this system.
const (
	HandsOver = false // sockets cannot be inherited by programs that do not ask for it
	Notifies  = false // there are no datagram sockets between processes
)
