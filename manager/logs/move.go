package logs

import "strings"

// mostMoved bounds how far a move goes, in rows and columns.
const mostMoved = 1000

// A move is an escape sequence that moves the cursor, or erases a line: ESC [ given kind, or
// ESC M.
type move struct {
	from, to int  // where it is in the text
	given    int  // the number in it, at most mostMoved; 0: none
	kind     byte // 0: there is no move
}

func (m move) found() bool { return m.kind != 0 }

// count is how far it goes.
func (m move) count() int { return max(m.given, 1) }

// findMove returns the first move in text that is of one of these kinds; M is ESC M. One that
// erases a line, K, is of them if its number is one of erases.
func findMove(text, kinds, erases string) move {
	for from := 0; ; from++ {
		next := strings.IndexByte(text[from:], '\x1b')
		if next < 0 {
			return move{}
		}
		from += next
		at, given := from+1, 0
		if at == len(text) {
			return move{}
		}
		if text[at] == 'M' && strings.IndexByte(kinds, 'M') >= 0 {
			return move{from, at + 1, 0, 'M'}
		}
		if text[at] != '[' {
			continue
		}
		for at++; at < len(text) && text[at] >= '0' && text[at] <= '9'; at++ {
			given = min(given*10+int(text[at]-'0'), mostMoved)
		}
		if at == len(text) || text[at] == 'M' {
			continue
		}
		kind := text[at]
		if strings.IndexByte(kinds, kind) >= 0 || kind == 'K' && given > 0 && strings.IndexByte(erases, byte('0'+min(given, 9))) >= 0 {
			return move{from, at + 1, given, kind}
		}
	}
}
