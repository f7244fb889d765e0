package logs

import (
	"errors"
	"io/fs"
)

// Tail returns the last count lines of the log at path, oldest first, its earlier files
// included, of one that was provisional the last state. A log that does not exist is empty.
func Tail(path string, count int) ([]Line, error) {
	lines := []Line{}
	log, err := openReader(path, count)
	if errors.Is(err, fs.ErrNotExist) {
		return lines, nil
	} else if err != nil {
		return nil, err
	}
	defer log.close()
	for proper(lines) <= count { // what is printed meanwhile is not waited for
		batch, err := log.next()
		if err != nil {
			return nil, err
		}
		if len(batch) == 0 {
			break
		}
		lines = append(lines, batch...)
	}
	lines = Settle(lines)
	return lines[max(0, len(lines)-count):], nil
}
