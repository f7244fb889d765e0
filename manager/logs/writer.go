package guard

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	logFileSize  = 4 << 20  // bytes after which a log file is rotated
	logFileCount = 3        // files kept: name.log, name.log.1, name.log.2
	logLineSize  = 16 << 10 // bytes after which a line whose end has not been read is cut
	logTailSize  = 4 << 10  // bytes kept in memory for the event about an exit
	logTailLines = 20       // lines of that event
)

// Streams as they stand in a log file.
const (
	streamOut = "out"
	streamErr = "err"
	streamSys = "sys" // the guard's own words
)

// A logFile is the rotating file of one service's output. Each line is
//
//	2026-11-23T22:45:12.123456Z out the text
//
// in UTC. It is shared by the goroutines that read the service's two streams. An
// error of the disk stops nothing: lines go on to be remembered for Exited, and are
// written again when the disk allows.
type logFile struct {
	path string

	mu   sync.Mutex
	file *os.File
	size int64
	tail []byte // the last lines, without stamps
	buf  []byte // reused for stamped lines
}

// openLog opens the log file at path for appending. With an empty path, lines are
// only remembered. The log is usable even when an error is returned.
func openLog(path string) (*logFile, error) {
	l := &logFile{path: path}
	return l, l.open()
}

func (l *logFile) open() error {
	if l.path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	l.file, l.size = file, info.Size()
	return nil
}

// write adds the complete lines of text, each ended by a newline, stamped with now.
func (l *logFile) write(now time.Time, stream string, text []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if stream != streamSys {
		l.remember(text)
	}
	if l.path == "" {
		return
	}
	var stamp [40]byte
	prefix := now.UTC().AppendFormat(stamp[:0], "2006-01-02T15:04:05.000000Z ")
	prefix = append(append(prefix, stream...), ' ')
	out := l.buf[:0]
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n') + 1
		out = append(append(out, prefix...), text[:end]...)
		text = text[end:]
	}
	if l.buf = out; cap(out) > 2*logLineSize {
		l.buf = nil
	}
	if l.file == nil || l.size >= logFileSize {
		l.rotate()
	}
	if l.file != nil {
		n, err := l.file.Write(out)
		l.size += int64(n)
		if errors.Is(err, fs.ErrClosed) {
			l.file = nil
		}
	}
}

func (l *logFile) remember(text []byte) {
	if extra := len(l.tail) + len(text) - logTailSize; extra > 0 && len(l.tail) > 0 {
		l.tail = append(l.tail[:0], l.tail[min(extra, len(l.tail)):]...)
	}
	l.tail = append(l.tail, text[max(0, len(text)-logTailSize):]...)
}

// rotate moves full files one number up and opens a new one.
func (l *logFile) rotate() {
	if l.file != nil {
		l.file.Close()
		l.file = nil
		for n := logFileCount - 1; n > 0; n-- {
			from := l.path
			if n > 1 {
				from += "." + strconv.Itoa(n-1)
			}
			_ = os.Rename(from, l.path+"."+strconv.Itoa(n)) // missing at first; else the old file goes on
		}
	}
	_ = l.open() // tried again with the next line
}

// lastLines returns the lines last written by the service, oldest first.
func (l *logFile) lastLines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for line := range bytes.Lines(l.tail) {
		lines = append(lines, string(bytes.ToValidUTF8(bytes.TrimRight(line, "\r\n"), []byte("�"))))
	}
	return lines[max(0, len(lines)-logTailLines):]
}

func (l *logFile) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
}
