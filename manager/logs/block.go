package logs

import (
	"bytes"
	"strings"
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

// The moves to other rows.
const (
	upMoves  = "AFM"
	rowMoves = upMoves + "BE"
)

// beginBlock makes the line whose end has not been read the first row of a block.
func (b *LineBuffer) beginBlock() {
	b.block = &block{rows: []row{{text: string(b.partial)}}}
	b.partial = nil
}

// addToBlock adds what is read to the block.
func (b *LineBuffer) addToBlock(now time.Time, data []byte) {
	for line := range strings.Lines(string(data)) {
		text, ended := strings.CutSuffix(line, "\n")
		for m := findMove(text, rowMoves, ""); m.found(); m = findMove(text, rowMoves, "") {
			b.overwrite(now, text[:m.from])
			rows := min(m.count(), mostRows)
			if strings.IndexByte(upMoves, m.kind) >= 0 {
				rows = -rows
			}
			b.moveBy(now, rows)
			text = text[m.to:]
		}
		b.overwrite(now, text)
		if ended {
			b.moveBy(now, 1)
		}
	}
}

// overwrite writes text in the cursor's row.
func (b *LineBuffer) overwrite(now time.Time, text string) {
	if text == "" {
		return
	}
	r := &b.block.rows[b.block.at]
	before := shownState([]byte(r.text))
	r.text = lastState(r.text + text)
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

// writeRow writes the state of a row, unless it is written or blank, as where a bar was.
func (b *LineBuffer) writeRow(now time.Time, r *row) {
	if state := shownState([]byte(r.text)); !r.written && len(bytes.TrimSpace(state)) > 0 {
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
		if state := shownState([]byte(r.text)); !r.written && len(bytes.TrimSpace(state)) > 0 {
			states = append(states, state)
		}
	}
	return bytes.Join(states, []byte(" | "))
}
