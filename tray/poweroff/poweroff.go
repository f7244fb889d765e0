// Package poweroff tells when the computer is about to go down or the user to log off,
// and asks the system to wait until the program has stopped what it runs.
package poweroff

// Why says what is about to happen.
type Why string

const (
	Shutdown Why = "shutdown" // or restart
	LogOff   Why = "log-off"
)

// A Watch hears of the end of the computer's work.
type Watch struct {
	going   chan Why
	release func()
	closing func() bool
	ended   func() bool
	over    chan struct{} // closed when the user's session has ended
}

// newWatch makes one that hears nothing.
func newWatch() *Watch {
	never := func() bool { return false }
	return &Watch{going: make(chan Why, 1), release: func() {}, closing: never, ended: never, over: make(chan struct{})}
}

// Going gets one value when the computer is about to go down or the user to log off. The
// system waits a few seconds, or until Release.
func (w *Watch) Going() <-chan Why { return w.going }

// SessionOver is closed when the system says that the user's session, in which this process
// was started, has ended. Nothing waits for anybody then.
func (w *Watch) SessionOver() <-chan struct{} { return w.over }

// LoggingOff reports whether the user's session on this computer is being closed, as a
// signal to end may mean. It takes half a second at most.
func (w *Watch) LoggingOff() bool { return w.closing() }

// SessionEnded reports whether the user's session, in which this process was started, is being
// closed or is gone, as when its bus is. Where the system knows of no session, it is taken for
// gone once the display does not answer that this process was started on. That nothing can be
// told is no end. It takes seconds at most.
func (w *Watch) SessionEnded() bool { return w.ended() }

// Release says that everything has stopped, and ends the watch.
func (w *Watch) Release() { w.release() }
