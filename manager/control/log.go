package control

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"
)

const (
	maxLogLines = 10_000  // lines in one answer
	maxLogBytes = 4 << 20 // bytes read from the end of each file for it
)

// tailLog returns the last count lines of the log file at path, continued from its
// predecessor if it was rotated a moment ago. A log that is not there yet is empty.
func tailLog(path string, count int) ([]LogLine, error) {
	lines, err := tailFile(path, count)
	if err != nil {
		return nil, err
	}
	if len(lines) < count {
		older, err := tailFile(path+".1", count-len(lines))
		if err != nil {
			return nil, err
		}
		lines = append(older, lines...)
	}
	return lines, nil
}

func tailFile(path string, count int) ([]LogLine, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return []LogLine{}, nil
	} else if err != nil {
		return nil, err
	}
	defer file.Close()
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	var data []byte
	for size := int64(64 << 10); ; size *= 4 { // as much as count lines need
		size = min(size, end, maxLogBytes)
		data = make([]byte, size)
		n, err := file.ReadAt(data, end-size)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		data = data[:n]
		if bytes.Count(data, []byte{'\n'}) > count || size == end || size == maxLogBytes {
			if size < end { // the first line is cut
				_, data, _ = bytes.Cut(data, []byte{'\n'})
			}
			break
		}
	}
	lines := slices.Collect(bytes.Lines(data))
	lines = lines[max(0, len(lines)-count):]
	parsed := make([]LogLine, 0, len(lines))
	for _, line := range lines {
		parsed = append(parsed, parseLogLine(line))
	}
	return parsed, nil
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
