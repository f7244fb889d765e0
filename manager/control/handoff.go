package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	answerTime = 5 * time.Second  // for a running instance to answer
	endTime    = 15 * time.Second // for one that is stopping to end
)

// HandOff asks the running instance to open page, and returns what came of it when it has
// taken the request. If that instance is ending, or does not answer,
// HandOff waits for its end and then calls begin, which is to start an instance and to
// return ErrRunning if another one holds the lock; HandOff returns begin's error. The caller
// learns from begin which of both has happened. The error wraps ErrRunning if the instance
// that is running could not be asked. When ctx ends, it waits no longer; the error is ctx's.
func HandOff(ctx context.Context, page string, request OpenRequest, begin func() error) (Opening, error) {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		opening, err := askToOpen(ctx, page, request)
		var refused *Refused
		if err == nil {
			return opening, nil
		} else if errors.As(err, &refused) && refused.Status == http.StatusServiceUnavailable {
			return Opening{}, beginAfterEnd(whole, begin) // it is ending
		} else if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
			return Opening{Nothing: true}, nil
		} else if errors.As(err, &refused) {
			return Opening{}, fmt.Errorf("%w, but: %w", ErrRunning, err)
		}
		// Nothing answers: it is still starting, or has just ended and freed the lock.
		if err := beginAlone(begin); !errors.Is(err, ErrRunning) {
			return Opening{}, err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return Opening{}, beginAfterEnd(whole, begin)
		}
	}
}

func askToOpen(ctx context.Context, page string, request OpenRequest) (Opening, error) {
	client, err := clientOfRunning()
	if err != nil {
		return Opening{}, err
	}
	return client.Open(ctx, page, request)
}

// beginAlone calls begin, unless an instance is running in any of the folders that Find
// looks in: begin itself tries only the lock of its own.
func beginAlone(begin func() error) error {
	if _, err := Find(); err == nil {
		return ErrRunning
	}
	return begin()
}

// beginAfterEnd calls begin until no other instance is running, or the time for the end of one is over.
func beginAfterEnd(ctx context.Context, begin func() error) error {
	wait := endWait{limit: time.Now().Add(endTime)}
	retry := time.NewTicker(10 * time.Millisecond) // waiting for a file lock cannot be cancelled
	defer retry.Stop()
	for {
		if err := beginAlone(begin); !errors.Is(err, ErrRunning) {
			return err
		}
		if wait.over(ctx, statusOfRunning) {
			return fmt.Errorf("%w, but does not answer. End the process agents-tray, then start it again", ErrRunning)
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
