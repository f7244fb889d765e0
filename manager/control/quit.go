package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"agents-tray/manager/config"
)

// QuitRunning asks the running instance to end, waits until it has released its lock, as
// long as it says that its end may take, and reports whether there was one. The error says why it still runs, or
// why that cannot be told. QuitRunning never starts an instance.
func QuitRunning(ctx context.Context) (ran bool, err error) {
	wait := endWait{limit: time.Now().Add(answerTime + endTime)}
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
		// Ask again until it has taken the request: it may still be starting, or be ending.
		if unasked != nil {
			unasked = askToQuit(ctx, folders)
		}
		if wait.over(ctx, statusOfRunning) {
			return ran, stillRunning(unasked)
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return ran, ctx.Err()
		}
	}
}

func askToQuit(ctx context.Context, folders config.Folders) error {
	client, err := ClientFor(folders)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return client.Quit(ctx)
}

// stillRunning says why an instance did not quit.
func stillRunning(unasked error) error {
	if unasked != nil {
		return fmt.Errorf("it is running, but cannot be asked to quit: %w. End the process agents-tray yourself", unasked)
	}
	return errors.New("it was asked to quit, but is still running after all the time that its services have to stop. End the process agents-tray yourself")
}
