package guard

import (
	"time"

	"agents-tray/manager/guard/proctree"
)

// The time of an end, from the request on, for the guard and for whoever waits for it:
//
//	at once                 the stop signals, in order
//	StopTimeout             a service that has not stopped so long after its signal is killed
//	grace                   all that is left is killed
//	+ proctree.KillTimeout  what cannot be ended is given up, and the guard says so and exits
//	+ exitTime              a guard that has not exited by then is killed: it is stopped or stuck

// exitTime is what a guard may take to report and exit.
const exitTime = time.Second

// Patience is how long to wait for the end of a guard that was told to stop everything
// within grace, or whose tray has ended.
func Patience(grace time.Duration) time.Duration { return grace + proctree.KillTimeout + exitTime }

const (
	// sendTimeout is how long a guard may leave requests unread.
	sendTimeout = 10 * time.Second
	// answerTimeout is how long a guard may say nothing while it owes an answer.
	answerTimeout = 15 * time.Second
	// StuckTime is after how long a guard that says nothing is killed.
	StuckTime = answerTimeout + doubtTime
)
