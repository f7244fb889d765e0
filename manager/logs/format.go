// Package logs writes, rotates, reads and follows log files.
//
// A log is up to Generations files: name.log, which is written to, and its predecessors
// name.log.1 and name.log.2. Each line is
//
//	2026-11-23T22:45:12.123456Z out the text
//
// with the time in UTC and the stream that it came from.
package logs

import (
	"bytes"
	"strconv"
	"time"
)

// Generations is how many files of a log are kept.
const Generations = 3

const (
	fileSize = 4 << 20  // bytes after which a file is rotated
	lineSize = 16 << 10 // bytes after which a line whose end has not been read is cut
)

// Streams.
const (
	Out = "out" // standard output
	Err = "err" // standard error
	Sys = "sys" // lines of the guard, about the process
	// Missed is the stream of a line that is in no file: it stands for lines that were
	// rotated away before a slow reader came to them.
	Missed = "missed"
)

// A Line is one line of a log.
type Line struct {
	Time   time.Time `json:"time"`
	Stream string    `json:"stream"`
	Text   string    `json:"text"`
}

const timeFormat = "2006-01-02T15:04:05.000000Z"

// appendLines appends text, which is lines that each end in a newline, to buf in the
// form of a log file.
func appendLines(buf []byte, at time.Time, stream string, text []byte) []byte {
	var stamp [len(timeFormat) + 16]byte
	prefix := append(at.UTC().AppendFormat(stamp[:0], timeFormat), ' ')
	prefix = append(append(prefix, stream...), ' ')
	for line := range bytes.Lines(text) {
		buf = append(append(buf, prefix...), line...)
	}
	return buf
}

// parseLines parses the lines of a log file.
func parseLines(data []byte) []Line {
	lines := make([]Line, 0, bytes.Count(data, []byte{'\n'})+1)
	for line := range bytes.Lines(data) {
		lines = append(lines, parseLine(line))
	}
	return lines
}

// parseLine parses one line. If it has another form, all of it is the text.
func parseLine(line []byte) Line {
	line = bytes.ToValidUTF8(bytes.TrimRight(line, "\r\n"), []byte("�"))
	stamp, rest, _ := bytes.Cut(line, []byte{' '})
	stream, text, ok := bytes.Cut(rest, []byte{' '})
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if !ok || err != nil {
		return Line{Text: string(line)}
	}
	return Line{Time: at, Stream: string(stream), Text: string(text)}
}

// generation returns the name of the nth file of a log, 0 the one that is written to.
func generation(name string, n int) string {
	if n == 0 {
		return name
	}
	return name + "." + strconv.Itoa(n)
}
