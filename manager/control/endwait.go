package control

import (
	"context"
	"time"
)

// An endWait is how long an instance that is ending is waited for: endTime, or, if its
// services may take longer to stop, until it says that it has ended.
type endWait struct {
	limit time.Time
	told  bool // by the instance
}

// afterEnd is what an instance may take to exit once everything has ended.
const afterEnd = 2 * time.Second

// over reports whether the time is over. Unless it was told already, the instance is asked
// for the time by status.
func (w *endWait) over(ctx context.Context, status func(context.Context) (Status, error)) bool {
	if !w.told {
		if s, err := status(ctx); err == nil && !s.EndsBy.IsZero() {
			w.told = true
			if by := s.EndsBy.Add(afterEnd); by.After(w.limit) {
				w.limit = by
			}
		}
	}
	return !time.Now().Before(w.limit)
}

// statusOfRunning asks whichever instance is running.
func statusOfRunning(ctx context.Context) (Status, error) {
	client, err := clientOfRunning()
	if err != nil {
		return Status{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return client.Status(ctx)
}
