package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	tailSize  = 4 << 10 // bytes that are remembered for LastLines
	tailLines = 20      // lines that LastLines returns
	// lookAfter is how long lines may be written to a file before it is seen that it has been
	// removed or renamed, and nobody finds them.
	lookAfter = time.Second
)

// A Writer appends to a log and rotates its files. It is safe for concurrent use.
//
// Errors of the disk stop nothing: lines are still remembered for LastLines, and
// written again as soon as the disk allows, after one that tells how many are missing.
type Writer struct {
	path string

	mu   sync.Mutex
	file *os.File // nil while it cannot be opened
	size int64
	look time.Time // when to see whether the file is still where it is looked for
	lost int       // lines that could not be written
	why  error     // the error of the latest of them
	tail []byte    // the last lines, as they were printed
	errs []byte    // those of standard error, which the others may have pushed out
	buf  []byte    // reused
}

// NewWriter opens the log at path for appending. With an empty path, lines are only
// remembered. The Writer is usable even if an error is returned.
func NewWriter(path string) (*Writer, error) {
	w := &Writer{path: path}
	return w, w.open()
}

func (w *Writer) open() error {
	if w.path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(w.path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(w.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o600) // else a pipe's reader is waited for
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: w.path, Err: errors.New("not a regular file")}
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	w.file, w.size = file, info.Size()
	return nil
}

// Write adds text, which is lines that each end in a newline, with that time and stream.
func (w *Writer) Write(at time.Time, stream string, text []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if stream != Sys {
		w.tail = remember(w.tail, text)
	}
	if stream == Err {
		w.errs = remember(w.errs, text)
	}
	w.append(at, stream, text)
}

// writeProvisional writes a line that is not at its end.
func (w *Writer) writeProvisional(at time.Time, stream string, line []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.append(at, stream+provisionalMark, line)
}

func (w *Writer) append(at time.Time, stream string, text []byte) {
	if w.path == "" {
		return
	}
	out := appendLines(w.buf[:0], at, stream, text)
	if w.buf = out; cap(out) > 2*lineSize {
		w.buf = nil
	}
	if w.file != nil && !at.Before(w.look) {
		w.look = at.Add(lookAfter)
		w.lookForFile()
	}
	if w.file == nil || w.size >= fileSize {
		w.rotate()
	}
	if w.file != nil && w.lost > 0 {
		missing := fmt.Appendf(nil, "lines that are missing here: %d (%v)\n", w.lost, w.why)
		out = append(appendLines(nil, at, Sys, missing), out...)
	}
	switch {
	case w.file != nil && w.write(out) == nil:
		w.lost = 0
	case !strings.HasSuffix(stream, provisionalMark):
		w.lost += bytes.Count(text, []byte{'\n'})
	}
}

// withoutPath takes the path off an error, for a line in that very file. It is disk.Cause, which
// the guard does not load.
func withoutPath(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}

// write writes lines in the form of a log file, or nothing of them.
func (w *Writer) write(lines []byte) error {
	n, err := w.file.Write(lines)
	if err == nil {
		w.size += int64(n)
		return nil
	}
	w.why = withoutPath(err)
	if n > 0 && w.file.Truncate(w.size) != nil { // else the next line would go on in the part of one
		w.size += int64(n)
	}
	if errors.Is(err, fs.ErrClosed) {
		w.file = nil
	}
	return err
}

// lookForFile closes the file if it is no longer at its path, so that a new one is made there.
func (w *Writer) lookForFile() {
	ours, err := w.file.Stat()
	if err != nil {
		return
	}
	if there, err := os.Stat(w.path); err == nil && os.SameFile(ours, there) {
		w.size = there.Size() // somebody may have emptied it
	} else if err == nil || errors.Is(err, fs.ErrNotExist) {
		w.file.Close()
		w.file = nil
	}
}

// remember returns the last bytes of tail and text.
func remember(tail, text []byte) []byte {
	if extra := len(tail) + len(text) - tailSize; extra > 0 && len(tail) > 0 {
		tail = append(tail[:0], tail[min(extra, len(tail)):]...)
	}
	return append(tail, text[max(0, len(text)-tailSize):]...)
}

// rotate renames the files to the next higher number, the last one replaced, and opens a
// new one.
func (w *Writer) rotate() {
	if w.file != nil {
		w.file.Close()
		w.file = nil
		for n := Generations - 1; n > 0; n-- {
			// It fails while there are fewer files; else the old one is appended to.
			_ = os.Rename(generation(w.path, n-1), generation(w.path, n))
		}
	}
	if err := w.open(); err != nil { // tried again with the next line
		w.why = withoutPath(err)
	}
}

// LastLines returns the last lines of the process as a person reads them (see Plain), without
// times: first so many, reasons, that tell why it has ended, then the others, each oldest first.
func (w *Writer) LastLines() (lines []string, reasons int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return reasonFirst(split(w.tail), split(w.errs))
}

func split(text []byte) (lines []string) {
	for line := range bytes.Lines(text) {
		lines = append(lines, PlainLine(line))
	}
	return lines
}

// Close closes the file. A line that is written later opens it again.
func (w *Writer) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file != nil {
		w.file.Close()
		w.file = nil
	}
}
