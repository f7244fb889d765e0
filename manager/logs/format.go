// Package logs writes, rotates, reads and follows log files.
//
// A log is up to Generations files: name.log, which is written to, and its predecessors
// name.log.1 and name.log.2. Each line is
//
//	2026-11-23T22:45:12.123456Z out the text
//
// with the time in UTC and the stream that it came from. After a stream's name a ~ says that
// the line was not at its end yet: the stream's next line has more of it, or replaces it.
package logs

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
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

// Started is how the line of the guard begins with which each run of a service does.
const Started = "started, pid "

// A Line is one line of a log.
type Line struct {
	Time   time.Time `json:"time"`
	Stream string    `json:"stream"`
	Text   string    `json:"text"`
	// Provisional says that the line was not at its end: the next of its stream takes its place.
	Provisional bool `json:"provisional,omitempty"`
}

// proper is how many of lines are not provisional.
func proper(lines []Line) int {
	count := 0
	for _, line := range lines {
		if !line.Provisional {
			count++
		}
	}
	return count
}

// Settle removes provisional lines that a later one takes the place of, in place.
func Settle(lines []Line) []Line {
	settled := len(lines)
	replaced := map[string]bool{}
	for _, line := range slices.Backward(lines) {
		if line.Provisional && replaced[line.Stream] {
			continue
		}
		if line.Stream == Out || line.Stream == Err {
			replaced[line.Stream] = true
		}
		settled--
		lines[settled] = line
	}
	return lines[settled:]
}

const provisionalMark = "~"

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
	name, provisional := strings.CutSuffix(string(stream), provisionalMark)
	return Line{at, name, string(text), provisional}
}

// isProvisional reports whether the line of a log file that data begins with is provisional.
func isProvisional(data []byte) bool {
	mark := len(timeFormat) + len(" out")
	return len(data) > mark && data[mark] == provisionalMark[0] && data[mark-len(" out")] == ' '
}

// generation returns the name of the nth file of a log, 0 the one that is written to.
func generation(name string, n int) string {
	if n == 0 {
		return name
	}
	return name + "." + strconv.Itoa(n)
}
