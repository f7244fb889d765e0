//go:build unix

package guard

// What the guard can do on this system.
const (
	HandsOver = true // give a service a listening socket
	Notifies  = true // receive sd_notify(3)
)
