// Package poweroff tells when the computer is about to go down or the user to log off,
// and asks the system to wait until the program has stopped what it runs.
package poweroff

// A Watch hears of the end of the computer's work. The zero Watch never does.
type Watch struct {
	going   chan struct{}
	release func()
	closing func() bool
}

// Going is closed when the computer is about to be shut down or restarted. The system
// waits a few seconds, or until Release.
func (w *Watch) Going() <-chan struct{} { return w.going }

// LoggingOff reports whether the user's session on this computer is being closed, as a
// signal to end may mean. It takes a tenth of a second at most.
func (w *Watch) LoggingOff() bool { return w.closing != nil && w.closing() }

// Release says that everything has stopped, and ends the watch.
func (w *Watch) Release() {
	if w.release != nil {
		w.release()
	}
}
