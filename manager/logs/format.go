package control

import (
	"bytes"
	"errors"
	"io/fs"
	"regexp"
	"sync"
	"time"
)

const (
	maxLogLines = 10_000  // lines in one answer
	maxLogBytes = 4 << 20 // bytes of each file that are searched for them, from its end
)

// TailLog returns the last count lines of the log at path, oldest first, continued from
// its predecessors if it was rotated a moment ago. A log that is not there yet is empty.
func TailLog(path string, count int) ([]LogLine, error) {
	lines := []LogLine{}
	log, err := openLog(path, count)
	if errors.Is(err, fs.ErrNotExist) {
		return lines, nil
	} else if err != nil {
		return nil, err
	}
	defer log.close()
	for len(lines) < count { // a flood would go on and on
		batch, err := log.next()
		if err != nil {
			return nil, err
		}
		if len(batch) == 0 {
			break
		}
		lines = append(lines, batch...)
	}
	return lines[:min(len(lines), count)], nil
}

// parseLog takes whole lines apart.
func parseLog(data []byte) []LogLine {
	lines := make([]LogLine, 0, bytes.Count(data, []byte{'\n'})+1)
	for line := range bytes.Lines(data) {
		lines = append(lines, parseLogLine(line))
	}
	return lines
}

// parseLogLine takes apart what the guard writes: time, stream, text. A line of
// another form is all text.
func parseLogLine(line []byte) LogLine {
	line = bytes.ToValidUTF8(bytes.TrimRight(line, "\r\n"), []byte("�"))
	stamp, rest, _ := bytes.Cut(line, []byte{' '})
	stream, text, ok := bytes.Cut(rest, []byte{' '})
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if !ok || err != nil {
		return LogLine{Text: string(line)}
	}
	return LogLine{Time: at, Stream: string(stream), Text: string(text)}
}

// terminalCodes are the escape sequences of ECMA-48 (colours, cursor moves, titles,
// links) and the control characters that mean nothing outside a terminal.
var terminalCodes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[@-Z\\\\^_]|[\x00-\x08\x0b-\x1f\x7f]")
})

// Plain is what of a text that was meant for a terminal is meant for people.
func Plain(text string) string { return terminalCodes().ReplaceAllString(text, "") }
