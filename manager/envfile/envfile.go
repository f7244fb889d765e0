// Package envfile reads files of environment variables as docker compose reads them: by
// compose's own library, with its quotes, comments and ${NAME:-default}.
package envfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"agents-tray/manager/disk"
)

// maxSize bounds, in bytes, a file and what its values come to with all variables filled
// in. A kernel gives a process at most about so much.
const maxSize = 1 << 20

// An Error says why a file cannot be used.
type Error struct {
	Path string
	Line int // from 1, of the mistake in the file; 0: the file as a whole is at fault
	// Waited is for how long it was tried to read the file, if that took too long.
	Waited time.Duration
	Err    error
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Path, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Read returns the variables of the file at path as NAME=value, sorted by name. A
// variable in a value, and a name that stands alone, get what env has for it, else what the
// file has said before. The error is an *Error; it has nothing of the file's values, which
// are often secret.
//
// Read returns when ctx ends. A file on a mount that hangs is then left to a goroutine,
// which ends with the system's call.
func Read(ctx context.Context, path string, env []string) ([]string, error) {
	began := time.Now()
	type answer struct {
		values map[string]string
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := load(path)
		if err != nil {
			answers <- answer{nil, &Error{Path: path, Err: err}}
			return
		}
		values, line, err := parse(ctx, text, env)
		if err != nil {
			err = &Error{Path: path, Line: line, Err: err}
		}
		answers <- answer{values, err}
	}()
	var got answer
	select {
	case got = <-answers:
	case <-ctx.Done():
		return nil, &Error{Path: path, Waited: time.Since(began).Round(time.Millisecond), Err: fmt.Errorf("it could not be read in time: %w", ctx.Err())}
	}
	if got.err != nil {
		return nil, got.err
	}
	pairs := make([]string, 0, len(got.values))
	for name, value := range got.values {
		pairs = append(pairs, name+"="+value)
	}
	slices.Sort(pairs)
	return pairs, nil
}

var (
	errNotRegular = errors.New("it is not a regular file")
	errTooLarge   = errors.New("it is larger than 1 MB, as no file of variables is: is it the right one?")
)

// load reads a regular file. Others are not opened: that would wait for a pipe's writer.
func load(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", disk.Cause(err)
	}
	if info.IsDir() {
		return "", errors.New("it is a folder")
	}
	if !info.Mode().IsRegular() {
		return "", errNotRegular
	}
	file, err := os.Open(path)
	if err != nil {
		return "", disk.Cause(err)
	}
	defer file.Close() // only read
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return "", disk.Cause(err)
	}
	if len(data) > maxSize {
		return "", errTooLarge
	}
	text := string(data)
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return "", errors.New("it is UTF-16: save it as UTF-8")
	}
	return strings.TrimPrefix(text, "\ufeff"), nil
}
