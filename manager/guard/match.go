package guard

import (
	"bytes"
	"regexp"
	"sync/atomic"

	"agents-tray/manager/logs"
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

// wants reports whether a line as it is shown would match: people write the pattern for what
// they have read. The logs keep one then.
func (m *matcher) wants(line []byte) bool {
	return m.waiting() && m.pattern.MatchString(logs.PlainLine(line))
}

// match searches lines, each with its newline.
func (m *matcher) match(lines []byte) {
	if !m.waiting() {
		return
	}
	for line := range bytes.Lines(lines) {
		if text := logs.PlainLine(line); m.pattern.MatchString(text) && m.found.CompareAndSwap(false, true) {
			m.notice.merge(func(n *Notice) { n.Line = text })
			return
		}
	}
}
