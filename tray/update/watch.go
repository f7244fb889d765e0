package update

import (
	"context"
	"time"
)

const (
	everyDay = 24 * time.Hour // from one announcement that was read to the next
	again    = time.Hour      // after a check that failed: one may be offline
)

// Watch looks for a newer version than current once a day, also over several runs of
// the program, until ctx ends, and calls found with each, once a run. It asks nobody
// and returns at once if the user has not switched it on. A check that fails is
// repeated in silence an hour later.
func (c *Checker) Watch(ctx context.Context, current string, found func(Release)) {
	m, err := c.recall()
	if err != nil || !m.On {
		return
	}
	var told string
	tell := func(r Release) {
		if r.Version != told && r.NewerThan(current) {
			told = r.Version
			found(r)
		}
	}
	if m.Seen.Version != "" {
		tell(m.Seen)
	}
	timer := time.NewTimer(time.Until(m.Checked.Add(everyDay)))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		r, err := c.Latest(ctx)
		if err != nil {
			timer.Reset(again)
			continue
		}
		tell(r)
		timer.Reset(everyDay)
	}
}
