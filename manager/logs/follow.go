package logs

import (
	"context"
	"os"
	"path/filepath"
)

// Follow calls seen with the last count lines of the log at path, in batches; then once
// with none, which tells that these were all; and then with each batch of new lines. It
// returns ctx's error once ctx has ended, and seen's once that fails.
//
// The log may be created later, rotated, truncated or removed. Lines come in order, none
// twice. The writer never waits: if seen is so slow that files are rotated away unread, a
// line of the stream Missed tells so. Provisional lines come as they are written, but for
// those that have been replaced in the same batch. A batch holds at most 64 kB of the file. While no
// log in that folder is written to, Follow does nothing.
func Follow(ctx context.Context, path string, count int, seen func([]Line) error) error {
	open := func() (*reader, error) { return openReader(path, count) }
	tail := count // lines still to come before the call without lines; then -1
	return follow(ctx, path, open, func(_ *reader, lines []Line) error {
		if len(lines) > 0 {
			if err := seen(lines); err != nil {
				return err
			}
		}
		if tail < 0 {
			return nil
		}
		if tail -= proper(lines); tail > 0 && len(lines) > 0 {
			return nil
		}
		tail = -1
		return seen(nil)
	})
}

// FollowFrom calls seen with each batch of lines after at, and with the position behind
// them, as Follow does after the last lines. If at is in no file any more, a line of the
// stream Missed comes first, and then the oldest there are.
func FollowFrom(ctx context.Context, path string, at Position, seen func([]Line, Position) error) error {
	open := func() (*reader, error) {
		log, missed, err := openReaderAt(path, at)
		if err == nil && missed {
			err = seen([]Line{missedLines()}, Position{})
		}
		return log, err
	}
	return follow(ctx, path, open, func(log *reader, lines []Line) error {
		if len(lines) == 0 {
			return nil
		}
		next, err := log.position()
		if err != nil {
			return err
		}
		return seen(lines, next)
	})
}

// follow calls seen with each batch of lines that a reader of the log at path returns, settled,
// and with none each time that there are no more for now. It returns the first error, ctx's
// once that has ended.
func follow(ctx context.Context, path string, open func() (*reader, error), seen func(*reader, []Line) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	changed, stop, err := watch(path)
	if err != nil {
		return err
	}
	defer stop()
	log, err := open()
	if log != nil {
		defer log.close()
	}
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		lines, err := log.next()
		if err != nil {
			return err
		}
		if err := seen(log, Settle(lines)); err != nil {
			return err
		}
		if len(lines) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}
