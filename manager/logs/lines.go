package logs

import (
	"bytes"
	"time"
)

// A LineBuffer writes what is read from one stream of a process to a log, line by line.
// It is not safe for concurrent use.
type LineBuffer struct {
	Log    *Writer
	Stream string
	// Seen is called with lines once they have been written, each with its newline.
	Seen    func(lines []byte)
	partial []byte // the line whose end has not been read, at most lineSize
}

// Add writes the lines that data completes, and keeps the rest until its end is read.
func (b *LineBuffer) Add(data []byte) {
	now := time.Now()
	if len(b.partial) > 0 {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			b.keep(now, data)
			return
		}
		b.partial = append(b.partial, data[:end+1]...)
		b.write(now, b.partial)
		b.partial, data = nil, data[end+1:]
	}
	end := bytes.LastIndexByte(data, '\n')
	if end >= 0 {
		b.write(now, data[:end+1])
	}
	if rest := data[end+1:]; len(rest) > 0 {
		b.keep(now, rest)
	}
}

// keep keeps the beginning of a line, and cuts it when it grows too long.
func (b *LineBuffer) keep(now time.Time, data []byte) {
	for len(b.partial)+len(data) >= lineSize {
		cut := lineSize - len(b.partial)
		b.partial = append(append(b.partial, data[:cut]...), '\n')
		b.write(now, b.partial)
		b.partial, data = b.partial[:0], data[cut:]
	}
	b.partial = append(b.partial, data...)
}

// Flush writes a line whose end has not been read.
func (b *LineBuffer) Flush() {
	if len(b.partial) > 0 {
		b.write(time.Now(), append(b.partial, '\n'))
		b.partial = nil
	}
}

func (b *LineBuffer) write(now time.Time, lines []byte) {
	b.Log.Write(now, b.Stream, lines)
	b.Seen(lines)
}
