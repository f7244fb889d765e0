//go:build unix

package guard

// What this system's guard can do.
const (
	HandsOver = true // give a service a listening socket
	Notifies  = true // hear sd_notify(3)
)
