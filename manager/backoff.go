package manager

import (
	"math/rand/v2"
	"time"

	"agents-tray/manager/spec"
)

// backoff computes the waits between restarts from the failures so far. Times are readings of
// the monotonic clock: setting the computer's clock changes nothing.
type backoff struct {
	exits []time.Time // since its last good run, within the policy's window if it has one
}

// The waits of a policy that names none: the first restart follows at once, the second after
// secondWait, each one after that takes twice as long. The service is given up at the first
// exit after giveUpAfter of failing, which is about a minute with these waits, and after
// leastExits at the earliest.
const (
	secondWait  = time.Second
	giveUpAfter = 50 * time.Second
	leastExits  = 5
)

// leastWait is the least wait before a second restart of a policy that names a first one.
const leastWait = 100 * time.Millisecond

// failingFor is for how long it has failed.
func (b *backoff) failingFor(now time.Time) time.Duration {
	if len(b.exits) == 0 {
		return 0
	}
	return now.Sub(b.exits[0]).Round(time.Second)
}

// next returns how long to wait before the run after an exit at the given time of a
// process that ran well for so long; again is false when it is time to give up. The first
// wait is policy.Delay, and each one after that twice the one before, up to policy.MaxDelay,
// less a random part of up to a tenth, so that services that ended together are not restarted
// together.
func (b *backoff) next(policy spec.Restart, at time.Time, ran time.Duration) (wait time.Duration, again bool) {
	if ran >= policy.GoodRun {
		b.exits = b.exits[:0]
	}
	if policy.GiveUp > 0 {
		recent := b.exits[:0]
		for _, exit := range b.exits {
			if at.Sub(exit) < policy.Window {
				recent = append(recent, exit)
			}
		}
		b.exits = recent
	}
	b.exits = append(b.exits, at)
	n := len(b.exits)
	switch {
	case policy.GiveUp > 0 && n >= policy.GiveUp, policy.GiveUp == 0 && n >= leastExits && at.Sub(b.exits[0]) >= giveUpAfter:
		return 0, false
	case n == 1:
		return policy.Delay, true
	}
	second := secondWait
	if policy.Delay > 0 {
		second = max(2*policy.Delay, leastWait)
	}
	wait = policy.MaxDelay
	if shift := n - 2; shift < 32 && second<<shift < policy.MaxDelay {
		wait = second << shift
	}
	return wait - rand.N(wait/10+1), true
}
