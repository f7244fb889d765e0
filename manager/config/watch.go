package config

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// maxLinks is how many symbolic links lead to a services file at most.
const maxLinks = 40

// Watch returns a channel that receives a value after each change of the services file at
// path, also where an editor replaces it, where it is a symbolic link, or where neither it
// nor its folder is there yet. Changes that follow each other closely send one value; after
// the last of them the file is as it is read. While nothing happens in its folder, nothing is
// done. The watching ends soon after ctx: the kernel takes milliseconds to let it go, for
// which nobody has to wait.
func Watch(ctx context.Context, path string) (changed <-chan struct{}, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	told := make(chan struct{}, 1)
	watched := follow(files, path)
	go func() {
		defer files.Close()
		for {
			select {
			case event := <-files.Events:
				if !slices.Contains(watched, event.Name) {
					continue
				}
			case <-files.Errors: // more happened than could be told
			case <-ctx.Done():
				return
			}
			watched = follow(files, path) // before it is read, so that nothing is missed
			select {
			case told <- struct{}{}:
			default: // told already
			}
		}
	}()
	return told, nil
}

// follow watches the folders in which a change can make the file another one: its own, that
// of each symbolic link on the way to it, or the last that is there. It returns the names
// that matter in them, and their own.
func follow(files *fsnotify.Watcher, path string) (names []string) {
	for watched := []string(nil); ; {
		names = walk(files, path)
		now := files.WatchList()
		slices.Sort(now)
		if slices.Equal(now, watched) {
			return names // nothing can have come before it was watched for
		}
		watched = now
	}
}

func walk(files *fsnotify.Watcher, path string) (names []string) {
	var folders []string
	seen, links := root(path), 0
	rest := parts(path)
	for len(rest) > 0 {
		next := filepath.Join(seen, rest[0])
		rest = rest[1:]
		info, err := os.Lstat(next)
		link := err == nil && info.Mode()&os.ModeSymlink != 0
		if link || err != nil || len(rest) == 0 {
			folders, names = append(folders, seen), append(names, next, seen)
			if files.Add(seen) != nil { // it has gone, or is closed to this user: then what is above it tells
				folders = append(folders, filepath.Dir(seen))
				_ = files.Add(filepath.Dir(seen)) // fails where that has gone or is closed, too: then nothing tells of changes there
			}
		}
		if err != nil {
			break
		}
		if !link {
			seen = next
			continue
		}
		to, err := os.Readlink(next)
		if links++; err != nil || links > maxLinks {
			break
		}
		to = absolute(seen, to)
		seen, rest = root(to), append(parts(to), rest...)
	}
	for _, before := range files.WatchList() {
		if !slices.Contains(folders, before) {
			_ = files.Remove(before) // it is gone, or of no more use
		}
	}
	return names
}

// root is where an absolute path begins.
func root(path string) string { return filepath.VolumeName(path) + string(filepath.Separator) }

// parts are the names in an absolute path.
func parts(path string) []string {
	path = strings.TrimPrefix(filepath.Clean(path), root(path))
	return strings.FieldsFunc(path, func(r rune) bool { return r == filepath.Separator })
}
