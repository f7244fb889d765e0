package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"agents-tray/manager/config"
)

// QuitRunning asks the instance that is running to end, waits until it is gone, 20
// seconds at most, and reports whether there was one. It starts nothing.
func QuitRunning(ctx context.Context) (ran bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime+endTime)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	unasked := errors.New("not asked yet")
	for {
		folders, err := Find()
		if errors.Is(err, ErrNotRunning) {
			return ran, nil
		} else if err != nil {
			return ran, err
		}
		ran = true
		// It may not answer yet, or no longer.
		if unasked != nil {
			unasked = askToQuit(ctx, folders)
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return ran, stillRunning(unasked)
		}
	}
}

func askToQuit(ctx context.Context, folders config.Folders) error {
	client, err := Reach(folders)
	if err != nil {
		return err
	}
	return client.Quit(ctx)
}

// stillRunning says why an instance did not quit.
func stillRunning(unasked error) error {
	if unasked != nil {
		return fmt.Errorf("it is running, but cannot be asked to quit: %w. End the process agents-tray yourself", unasked)
	}
	return fmt.Errorf("it was asked to quit, but is still running after %v. End the process agents-tray yourself", answerTime+endTime)
}
