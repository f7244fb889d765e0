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
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	changed, stop, err := watch(path)
	if err != nil {
		return err
	}
	defer stop()
	log, err := openReader(path, count)
	if err != nil {
		return err
	}
	defer log.close()
	tail := count // lines still to come before the call without lines; then -1
	for ctx.Err() == nil {
		lines, err := log.next()
		if err != nil {
			return err
		}
		lines = Settle(lines)
		if len(lines) > 0 {
			if err := seen(lines); err != nil {
				return err
			}
		}
		if tail >= 0 {
			if tail -= proper(lines); tail <= 0 || len(lines) == 0 {
				tail = -1
				if err := seen(nil); err != nil {
					return err
				}
			}
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
