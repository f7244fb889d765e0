package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"agents-tray/manager/control"
)

const (
	answerTime = 5 * time.Second  // for a running instance to answer
	endTime    = 15 * time.Second // for one that is stopping to be gone
)

// Defer asks the instance that is running to open the Dashboard, and returns nil. If
// that instance is on its way out, Defer waits for its end and begins a session.
func Defer(options Options) (*Session, error) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		err := askToOpen(ctx)
		var refused *control.Refused
		if err == nil {
			return nil, nil
		} else if errors.As(err, &refused) && refused.Status == http.StatusServiceUnavailable {
			return afterEnd(options) // it is on its way out
		} else if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
			return nil, errors.New("it is running already, without a Dashboard that could be opened: its icon is in the tray")
		} else if errors.As(err, &refused) {
			return nil, fmt.Errorf("another instance is running, but: %w", err)
		}
		// It has not begun to answer, or does no longer: then the lock will be free.
		if s, err := beginAlone(options); !errors.Is(err, ErrRunning) {
			return s, err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return afterEnd(options)
		}
	}
}

func askToOpen(ctx context.Context) error {
	folders, err := Find()
	if err != nil {
		return err
	}
	client, err := Reach(folders)
	if err != nil {
		return err
	}
	return client.Open(ctx, dashboard)
}

// beginAlone is Begin, unless an instance has other folders.
func beginAlone(options Options) (*Session, error) {
	if _, err := Find(); err == nil {
		return nil, ErrRunning
	}
	return Begin(options)
}

func afterEnd(options Options) (*Session, error) {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	retry := time.NewTicker(10 * time.Millisecond) // a lock cannot be waited for with an end
	defer retry.Stop()
	for {
		s, err := beginAlone(options)
		if !errors.Is(err, ErrRunning) {
			return s, err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return nil, errors.New("another instance is running, but does not answer. End the process agents-tray, then start it again")
		}
	}
}
