package control

import (
	"context"
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// FollowLog calls seen with the last count lines of the log at path, in batches; then
// once with none, to say that this was what there was; and then with each batch of new
// lines, until ctx ends (its error) or seen fails (seen's). The log may come to be
// later, be rotated, cut short or removed; lines come in order, none twice. Whoever
// writes it never waits: a seen that is slow makes the follower fall behind, and if
// files are rotated away under it a line of the stream Missed says so.
//
// A batch holds at most 64 kB of the file. While nothing is printed to any log of that
// folder, FollowLog does nothing at all.
func FollowLog(ctx context.Context, path string, count int, seen func([]LogLine) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	changed, stop, err := watch(path)
	if err != nil {
		return err
	}
	defer stop()
	log, err := openLog(path, count)
	if err != nil {
		return err
	}
	defer log.close()
	tail := count // lines of it still to come; then -1
	for ctx.Err() == nil {
		lines, err := log.next()
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			if err := seen(lines); err != nil {
				return err
			}
		}
		if tail >= 0 {
			if tail -= len(lines); tail <= 0 || len(lines) == 0 {
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

// watch returns a channel that gets a value after each change of the file at path,
// whether it exists or not. Changes that follow each other closely are told once.
func watch(path string) (changed <-chan struct{}, stop func(), err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, nil, err
	}
	if err := watcher.Add(filepath.Dir(path)); err != nil {
		watcher.Close()
		return nil, nil, err
	}
	told, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case event, ok := <-watcher.Events:
				if !ok {
					return
				}
				if filepath.Base(event.Name) != filepath.Base(path) {
					continue
				}
			case _, ok := <-watcher.Errors: // more happened than could be told
				if !ok {
					return
				}
			}
			select {
			case told <- struct{}{}:
			default: // told already
			}
		}
	}()
	return told, func() { watcher.Close(); <-ended }, nil
}
