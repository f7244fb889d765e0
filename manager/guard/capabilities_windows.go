package guard

import "fmt"

// What this system's guard can do.
const (
	HandsOver = false // sockets cannot be inherited by programs that do not ask for it
	Notifies  = false // there are no datagram sockets between processes
)

// SignalName returns "signal 9": they have no names here.
func SignalName(number int) string { return fmt.Sprint("signal ", number) }
