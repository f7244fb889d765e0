package logs

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	mostRows = 50      // of a block; a program that moves further up is met there
	rowSize  = 4 << 10 // of a block's row, in bytes
)

// A block are the lines that a program rewrites by moving the cursor up and down, as progress
// bars below each other are. A row is written to the log once the cursor no longer reaches it,
// or does not move for showAfter. Until then the block is shown as one provisional line.
type block struct {
	rows   []row
	at     int       // the row of the cursor
	reach  int       // how far above the last row the cursor has been
	settle time.Time // when all rows are written
}

// A row is the last state of a line of a block, with what may rewrite it next.
type row struct {
	text    string
	written bool // its state is in the log
}

// rowMoves are the moves to another row: n rows up or down, or one up.
var rowMoves = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("\n|\x1b\\[([0-9]*)([ABEF])|\x1bM") })

var upMoves = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("\x1b\\[[0-9]*[AF]|\x1bM") })

// beginBlock makes the line whose end has not been read the first row of a block.
func (b *LineBuffer) beginBlock() {
	b.block = &block{rows: []row{{text: string(b.partial)}}}
	b.partial = nil
}

// addToBlock adds what is read to the block.
func (b *LineBuffer) addToBlock(now time.Time, data []byte) {
	for len(data) > 0 {
		move := rowMoves().FindSubmatchIndex(data)
		if move == nil {
			b.overwrite(now, data)
			return
		}
		b.overwrite(now, data[:move[0]])
		b.moveBy(now, rowsOf(data, move))
		data = data[move[1]:]
	}
}

// rowsOf is how many rows a move goes down, negative if it goes up.
func rowsOf(data []byte, move []int) int {
	switch {
	case data[move[0]] == '\n':
		return 1
	case move[4] < 0: // ESC M
		return -1
	}
	count, err := strconv.Atoi(string(data[move[2]:move[3]]))
	if err != nil || count < 1 {
		count = 1
	}
	count = min(count, mostRows)
	if direction := data[move[4]]; direction == 'A' || direction == 'F' {
		return -count
	}
	return count
}

// overwrite writes text in the cursor's row.
func (b *LineBuffer) overwrite(now time.Time, text []byte) {
	if len(text) == 0 {
		return
	}
	r := &b.block.rows[b.block.at]
	before := shownState([]byte(r.text))
	r.text = lastState(r.text + string(text))
	r.text = r.text[:min(len(r.text), rowSize)]
	if state := shownState([]byte(r.text)); !bytes.Equal(state, before) {
		r.written = false
		if b.due.IsZero() {
			b.due = now.Add(showAfter)
		}
	}
}

// moveBy moves the cursor to the beginning of another row. What it finds there is replaced.
func (b *LineBuffer) moveBy(now time.Time, rows int) {
	k := b.block
	if state := shownState([]byte(k.rows[k.at].text)); !k.rows[k.at].written && len(state) > 0 && b.Wanted(state) {
		b.writeRow(now, &k.rows[k.at])
	}
	k.at += rows
	if rows < 0 {
		k.settle = now.Add(showAfter)
	}
	for ; k.at < 0; k.at++ { // lines that were written before the block began
		k.rows = append([]row{{written: true}}, k.rows...)
	}
	for k.at >= len(k.rows) {
		k.rows = append(k.rows, row{written: true})
	}
	if k.reach = max(k.reach, len(k.rows)-1-k.at); k.reach > mostRows {
		k.reach = mostRows
	}
	for len(k.rows)-1 > k.reach && k.at > 0 {
		b.writeRow(now, &k.rows[0])
		k.rows, k.at = k.rows[1:], k.at-1
	}
	if r := &k.rows[k.at]; r.text != "" && !strings.HasSuffix(r.text, "\r") {
		r.text += "\r"
	}
}

// writeRow writes the state of a row, unless it is written or there is none.
func (b *LineBuffer) writeRow(now time.Time, r *row) {
	if state := shownState([]byte(r.text)); !r.written && len(state) > 0 {
		b.write(now, append(state, '\n'))
	}
	r.written = true
}

// endBlock writes all rows of the block, but for the last where the cursor stands in it: it has
// not come to its end.
func (b *LineBuffer) endBlock(now time.Time) {
	k := b.block
	b.block = nil
	for i := range k.rows {
		if last := len(k.rows) - 1; i < last || k.at < last {
			b.writeRow(now, &k.rows[i])
		} else if r := k.rows[i]; !r.written {
			b.partial = []byte(r.text)
		}
	}
}

// blockState is the block in one line.
func (b *LineBuffer) blockState() []byte {
	var states [][]byte
	for _, r := range b.block.rows {
		if state := shownState([]byte(r.text)); !r.written && len(state) > 0 {
			states = append(states, state)
		}
	}
	return bytes.Join(states, []byte(" | "))
}
