package manager

import (
	"math/rand/v2"
	"time"

	"agents-tray/manager/spec"
)

// backoff computes the waits between restarts from the exits so far.
type backoff struct {
	exits []time.Time // since its last good run, within the policy's window
}

// secondWait is the least wait before a second restart.
const secondWait = 100 * time.Millisecond

// next returns how long to wait before the run after an exit at the given time of a
// process that ran that long; again is false when it is time to give up. The first
// wait is policy.Delay, the second at least secondWait, and each one after that twice
// the one before, up to policy.MaxDelay, less a random part of up to a tenth, so that
// services that ended together are not restarted together.
func (b *backoff) next(policy spec.Restart, at time.Time, ran time.Duration) (wait time.Duration, again bool) {
	if ran >= policy.GoodRun {
		b.exits = b.exits[:0]
	}
	recent := b.exits[:0]
	for _, exit := range b.exits {
		if at.Sub(exit) < policy.Window {
			recent = append(recent, exit)
		}
	}
	b.exits = append(recent, at)
	n := len(b.exits)
	if policy.GiveUp > 0 && n >= policy.GiveUp {
		return 0, false
	}
	if n == 1 {
		return policy.Delay, true
	}
	wait = policy.MaxDelay
	if shift, second := n-2, max(policy.Delay, secondWait); shift < 32 && second<<shift < policy.MaxDelay {
		wait = second << shift
	}
	return wait - rand.N(wait/10+1), true
}
