// Package envfile reads files of environment variables as docker compose reads them: by
// compose's own library, with its quotes, comments and ${NAME:-default}.
package envfile

import (
	"context"
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

// A Mistake is what is wrong with a file or a line of it, as data: package words makes the
// sentences.
type Mistake struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text,omitempty"` // with NotAName, what cannot be part of a name
}

// Error returns the data for logs and tests.
func (m *Mistake) Error() string {
	return strings.TrimSpace("mistake " + string(m.Kind) + " " + m.Text)
}

// Kind sorts mistakes.
type Kind string

const (
	NotRegular     Kind = "not-regular" // but a pipe, a device or the like
	IsFolder       Kind = "is-folder"
	TooLarge       Kind = "too-large"
	UTF16          Kind = "utf-16"
	NoName         Kind = "no-name"
	SpaceInName    Kind = "space-in-name"
	NotAName       Kind = "not-a-name"
	NUL            Kind = "nul"
	ValuesTooLarge Kind = "values-too-large" // with all variables filled in
	QuoteOpen      Kind = "quote-open"
	Dollar         Kind = "dollar" // begins no variable
)

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
		return nil, &Error{Path: path, Waited: time.Since(began).Round(time.Millisecond), Err: ctx.Err()}
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

// load reads a regular file. Others are not opened: that would wait for a pipe's writer.
func load(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", disk.Cause(err)
	}
	if info.IsDir() {
		return "", &Mistake{Kind: IsFolder}
	}
	if !info.Mode().IsRegular() {
		return "", &Mistake{Kind: NotRegular}
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
		return "", &Mistake{Kind: TooLarge}
	}
	text := string(data)
	if isUTF16(text) {
		return "", &Mistake{Kind: UTF16}
	}
	return strings.TrimPrefix(text, "\ufeff"), nil
}

// isUTF16 reports whether a text is UTF-16, with its mark or without: then the bytes of its first
// character, one of ASCII, are a NUL and another.
func isUTF16(text string) bool {
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return true
	}
	return len(text) >= 2 && (text[0] == 0) != (text[1] == 0)
}
