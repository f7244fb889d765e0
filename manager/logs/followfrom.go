package logs

import (
	"context"
	"os"
	"path/filepath"
)

// FollowFrom calls seen with each batch of lines after at, and with the position behind
// them, as Follow does after the last lines. If at is in no file any more, a line of the
// stream Missed comes first, and then the oldest there are.
func FollowFrom(ctx context.Context, path string, at Position, seen func([]Line, Position) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	changed, stop, err := watch(path)
	if err != nil {
		return err
	}
	defer stop()
	log, missed, err := openReaderAt(path, at)
	if err != nil {
		return err
	}
	defer log.close()
	if missed {
		if err := seen([]Line{missedLines()}, Position{}); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		lines, err := log.next()
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			next, err := log.position()
			if err != nil {
				return err
			}
			if err := seen(Settle(lines), next); err != nil {
				return err
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}
