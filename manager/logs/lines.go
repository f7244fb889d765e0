package guard

import (
	"bytes"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// A lineBuffer makes lines of what is read from one stream.
type lineBuffer struct {
	log     *logFile
	stream  string
	match   *matcher
	partial []byte // the line that has no end yet, at most logLineSize
}

// add takes what was read: whole lines go to the log, the rest waits for its end.
func (b *lineBuffer) add(data []byte) {
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

// keep holds back a line's beginning, and cuts it when it grows too long.
func (b *lineBuffer) keep(now time.Time, data []byte) {
	for len(b.partial)+len(data) >= logLineSize {
		cut := logLineSize - len(b.partial)
		b.partial = append(append(b.partial, data[:cut]...), '\n')
		b.write(now, b.partial)
		b.partial, data = b.partial[:0], data[cut:]
	}
	b.partial = append(b.partial, data...)
}

// flush takes a line without an end as it is.
func (b *lineBuffer) flush() {
	if len(b.partial) > 0 {
		b.write(time.Now(), append(b.partial, '\n'))
		b.partial = nil
	}
}

func (b *lineBuffer) write(now time.Time, lines []byte) {
	b.log.write(now, b.stream, lines)
	b.match.look(lines)
}

// A matcher waits for the first line that matches a pattern. It is shared by the two
// streams of a run. A nil matcher waits for nothing.
type matcher struct {
	pattern *regexp.Regexp
	news    *news
	found   atomic.Bool
}

// newMatcher returns nil without an error for an empty pattern.
func newMatcher(pattern string, news *news) (*matcher, error) {
	if pattern == "" {
		return nil, nil
	}
	compiled, err := regexp.Compile(pattern)
	return &matcher{pattern: compiled, news: news}, err
}

// waiting reports whether no line has matched yet.
func (m *matcher) waiting() bool { return m != nil && !m.found.Load() }

// look is shown lines, each with its end.
func (m *matcher) look(lines []byte) {
	if !m.waiting() {
		return
	}
	for line := range bytes.Lines(lines) {
		line = bytes.TrimRight(line, "\r\n")
		if m.pattern.Match(line) && m.found.CompareAndSwap(false, true) {
			text := strings.ToValidUTF8(string(line), "�")
			m.news.add(func(n *Notice) { n.Line = text })
			return
		}
	}
}
