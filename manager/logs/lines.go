package logs

import (
	"bytes"
	"time"
	"unicode/utf8"
)

// showAfter is how long the state of a line whose end has not been read may stay unwritten.
const showAfter = time.Second

// A LineBuffer writes what is read from one stream of a process to a log, line by line, and
// of a line that rewrites itself the last state. The state of a line that is not at its
// end is written too, as provisional, no more often than once in showAfter.
// It is not safe for concurrent use.
type LineBuffer struct {
	Log    *Writer
	Stream string
	// Seen is called with lines once they have been written, each with its newline.
	Seen func(lines []byte)
	// Wanted reports whether a state is to be a line of its own, even if it is rewritten.
	Wanted func(state []byte) bool

	partial []byte    // the line whose end has not been read, at most lineSize
	due     time.Time // when its state is to be written; zero: it was
	cut     []byte    // the beginning of an escape sequence, of which the rest has not been read
	block   *block    // lines that are being rewritten; nil: none are
}

// Add writes the lines that data completes, and keeps the rest until its end is read.
func (b *LineBuffer) Add(data []byte) {
	now := time.Now()
	if len(b.cut) > 0 || bytes.IndexByte(data, '\x1b') >= 0 {
		data = append(b.cut, data...)
		whole := len(data) - cutSequence(data)
		b.cut, data = append([]byte(nil), data[whole:]...), data[:whole]
		if b.block == nil {
			if up := findMove(string(data), upMoves, ""); up.found() {
				b.addLines(now, data[:up.from])
				b.beginBlock()
				data = data[up.from:]
			}
		}
	}
	if b.block != nil {
		b.addToBlock(now, data)
		b.ShowDue(now)
		return
	}
	b.addLines(now, data)
}

// mostCut is the longest beginning of an escape sequence that is waited for, in bytes.
const mostCut = 32

// cutSequence is how many bytes at the end of data are the beginning of an escape sequence that
// moves the cursor or sets a colour.
func cutSequence(data []byte) int {
	from := bytes.LastIndexByte(data, '\x1b')
	if from < 0 || len(data)-from > mostCut {
		return 0
	}
	rest := data[from+1:]
	if len(rest) > 0 && rest[0] != '[' {
		return 0
	}
	for _, c := range rest[min(1, len(rest)):] {
		if c < '0' || c > '?' {
			return 0
		}
	}
	return len(data) - from
}

// addLines is Add where no other line than the last is rewritten.
func (b *LineBuffer) addLines(now time.Time, data []byte) {
	if bytes.IndexByte(data, '\r') >= 0 {
		data = b.separateWanted(data)
	}
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

// separateWanted returns data with a line's end after each state that is wanted.
func (b *LineBuffer) separateWanted(data []byte) []byte {
	var out []byte
	state := append([]byte(nil), b.partial[bytes.LastIndexByte(b.partial, '\r')+1:]...)
	from := 0
	for i, c := range data {
		switch {
		case c == '\n':
			state = state[:0]
		case c != '\r':
			state = append(state, c)
		default:
			if len(state) > 0 && (i+1 == len(data) || data[i+1] != '\n') && b.Wanted(state) {
				out = append(append(out, data[from:i+1]...), '\n')
				from = i + 1
			}
			state = state[:0]
		}
	}
	if out == nil {
		return data
	}
	return append(out, data[from:]...)
}

// keep keeps the beginning of a line, and cuts it when it grows too long.
func (b *LineBuffer) keep(now time.Time, data []byte) {
	if b.due.IsZero() {
		b.due = now.Add(showAfter)
	}
	if bytes.ContainsAny(data, "\r\b\x1b") {
		b.partial = []byte(lastState(string(append(b.partial, data...))))
		data = nil
	}
	for len(b.partial)+len(data) >= lineSize {
		joined := append(b.partial, data...)
		end := wholeCharacters(joined[:lineSize])
		rest := append([]byte(nil), joined[end:]...)
		b.write(now, append(joined[:end], '\n'))
		b.partial, data = nil, rest
	}
	b.partial = append(b.partial, data...)
	b.ShowDue(now)
}

// wholeCharacters is the length of text without a part of a character or of an escape sequence
// at its end.
func wholeCharacters(text []byte) int {
	end := len(text) - cutSequence(text)
	for back := 1; back < utf8.UTFMax && back < end; back++ {
		if c := text[end-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(text[end-back : end]) {
				return end - back
			}
			break
		}
	}
	return end
}

// Due is when ShowDue has something to write; the zero time: not before the next Add.
func (b *LineBuffer) Due() time.Time {
	if b.block != nil && (b.due.IsZero() || b.block.settle.Before(b.due)) {
		return b.block.settle
	}
	return b.due
}

// ShowDue writes the state of a line whose end has not been read, if it is time to.
func (b *LineBuffer) ShowDue(now time.Time) {
	if b.block != nil && !now.Before(b.block.settle) {
		b.endBlock(now)
		if len(b.partial) > 0 {
			b.due = now
		}
	}
	if b.due.IsZero() || now.Before(b.due) {
		return
	}
	b.due = time.Time{}
	state := shownState(b.partial)
	if b.block != nil {
		state = b.blockState()
	}
	if len(state) > 0 {
		b.Log.writeProvisional(now, b.Stream, append(state, '\n'))
		b.Seen(append(state, '\n'))
	}
}

// Flush writes a line whose end has not been read.
func (b *LineBuffer) Flush() {
	if b.block != nil {
		b.endBlock(time.Now())
	}
	if len(b.partial) > 0 {
		b.write(time.Now(), append(b.partial, '\n'))
		b.partial = nil
	}
}

// write writes lines, each with its newline. They complete what was kept.
func (b *LineBuffer) write(now time.Time, lines []byte) {
	b.due = time.Time{}
	if bytes.ContainsAny(lines, "\r\b") || bytes.Contains(lines, []byte("\x1b[")) {
		var settled []byte
		for line := range bytes.Lines(lines) {
			settled = append(append(settled, shownState(bytes.TrimSuffix(line, []byte{'\n'}))...), '\n')
		}
		lines = settled
	}
	b.Log.Write(now, b.Stream, lines)
	b.Seen(lines)
}

// shownState returns the state of a line, without what would rewrite it next.
func shownState(line []byte) []byte { return bytes.TrimRight([]byte(lastState(string(line))), "\r\b") }
