//go:build unix

package proctree

import (
	"errors"
	"time"
)

// Sweep ends every process of this user that carries that value of SessionVariable in
// its environment: what was left by a guard that was killed, or by one that outlived its
// tray, and such a guard itself. They get the grace to end by themselves; then they are
// killed. The cleanup helpers come last, since a stopped one would not end by itself.
//
// It returns how many processes there were, and an error if any is left.
func Sweep(session string, grace time.Duration) (int, error) {
	if session == "" {
		return 0, errors.New("sweep: no session")
	}
	total, err := sweep(SessionVariable+"="+session, grace)
	helpers, helperErr := sweep(CleanupVariable+"="+session, 0)
	return total + helpers, errors.Join(err, helperErr)
}

// SweepGuard kills every process of this user that carries that value of GuardVariable
// in its environment. The error tells how many are left.
func SweepGuard(guard string) error {
	_, err := sweep(GuardVariable+"="+guard, 0)
	return err
}
