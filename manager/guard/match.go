package guard

import (
	"bytes"
	"regexp"
	"strings"
	"sync/atomic"
)

// A matcher reports the first line that matches a pattern. It is shared by the two
// streams of a run. A nil matcher waits for nothing.
type matcher struct {
	pattern *regexp.Regexp
	notice  *coalescedNotice
	found   atomic.Bool
}

// newMatcher returns nil without an error for an empty pattern.
func newMatcher(pattern string, notice *coalescedNotice) (*matcher, error) {
	if pattern == "" {
		return nil, nil
	}
	compiled, err := regexp.Compile(pattern)
	return &matcher{pattern: compiled, notice: notice}, err
}

// waiting reports whether no line has matched yet.
func (m *matcher) waiting() bool { return m != nil && !m.found.Load() }

// match searches lines, each with its newline.
func (m *matcher) match(lines []byte) {
	if !m.waiting() {
		return
	}
	for line := range bytes.Lines(lines) {
		line = bytes.TrimRight(line, "\r\n")
		if m.pattern.Match(line) && m.found.CompareAndSwap(false, true) {
			text := strings.ToValidUTF8(string(line), "�")
			m.notice.merge(func(n *Notice) { n.Line = text })
			return
		}
	}
}
