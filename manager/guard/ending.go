package guard

import (
	"time"

	"agents-tray/manager/guard/proctree"
)

// An ending is how far killing has come, of a run or of everything.
type ending struct {
	giveUp time.Time // when what is left is given up; zero until killing has begun
	looks  int       // how often it was looked whether anything is left
}

// begin sets when what is left is given up: soon if none of it may be ended by this user,
// and no later than limit. It does nothing the second time.
func (e *ending) begin(now, limit time.Time, refused bool) {
	if !e.giveUp.IsZero() {
		return
	}
	e.giveUp = now.Add(proctree.KillTimeout)
	if refused {
		e.giveUp = now.Add(proctree.RefusedTimeout)
	}
	if !limit.IsZero() && limit.Before(e.giveUp) {
		e.giveUp = limit
	}
}

// over reports whether what is left is to be given up.
func (e *ending) over(now time.Time) bool { return !e.giveUp.IsZero() && !now.Before(e.giveUp) }

// next is when to look again, each time later than before.
func (e *ending) next(now time.Time) time.Time {
	wait := proctree.MaxRescanInterval
	if shifted := proctree.RescanInterval << min(e.looks, 10); shifted < wait {
		wait = shifted
	}
	e.looks++
	if next := now.Add(wait); e.giveUp.IsZero() || next.Before(e.giveUp) {
		return next
	}
	return e.giveUp
}
