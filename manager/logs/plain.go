package logs

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Plain returns text as a person reads it: without the codes that are meant for a terminal,
// of a line that rewrites itself its last state, and with characters that would change how
// the text around them is shown escaped, such as \u202e.
func Plain(text string) string { return readable(text, false) }

// PlainLine is a line that was read, with or without its end, as a person reads it; see Plain.
func PlainLine(line []byte) string {
	return Plain(strings.ToValidUTF8(string(bytes.TrimRight(line, "\r\n")), "�"))
}

// Coloured is Plain, but colours stay. The text may end in a colour.
func Coloured(text string) string { return readable(text, true) }

// sequence is an escape sequence of ECMA-48: CSI (colours, cursor moves), OSC (titles, links),
// the other strings, and the short ones.
const sequence = "\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[PX^_][^\x1b]*\x1b\\\\|\x1b[ -/]*[0-~]"

var (
	escapeSequences = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(sequence) })
	firstSequence   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?:" + sequence + ")") })
)

var colour = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^\x1b\\[[0-9;:]*m$") })

func readable(text string, colours bool) string {
	if isPlain(text) || strings.IndexFunc(text, special) < 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = lastState(line)
		end := 0
		for _, code := range escapeSequences().FindAllStringIndex(line, -1) {
			printable(&b, line[end:code[0]])
			if end = code[1]; colours && colour().MatchString(line[code[0]:end]) {
				b.WriteString(line[code[0]:end])
			}
		}
		printable(&b, line[end:])
	}
	return b.String()
}

// isPlain reports whether text is of printable ASCII, as nearly all lines are.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' && c != '\n' || c > '~' {
			return false
		}
	}
	return true
}

// special reports whether r is not shown as it is.
func special(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' || isBidiOverride(r) }

// isBidiOverride reports whether r embeds, overrides or isolates the direction of the text
// after it: with such characters a line can be made to read as another.
func isBidiOverride(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// printable writes text without the control characters of ASCII, and with C1 controls and
// bidirectional overrides escaped.
func printable(b *strings.Builder, text string) {
	for i, r := range text {
		switch _, size := utf8.DecodeRuneInString(text[i:]); {
		case r > 0x7f && special(r):
			b.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte("0123456789abcdef"[r>>shift&15])
			}
		case !special(r):
			b.WriteString(text[i : i+size])
		}
	}
}

// lastState returns what is left of a line that is rewritten by carriage returns, moves to
// the first column, or backspaces. What may rewrite it next stays at its end, so that
// lastState(lastState(a)+b) is lastState(a+b).
func lastState(line string) string {
	if strings.Contains(line, "\x1b[") {
		line = firstColumn.Replace(line)
	}
	ending := line[len(strings.TrimRight(line, "\n")):]
	text := line[:len(line)-len(ending)]
	for to := len(text); ; {
		from := strings.LastIndexByte(text[:to], '\r') + 1
		if from == 0 || visible(text[from:to]) {
			text = text[from:]
			break
		}
		to = from - 1
	}
	if strings.ContainsRune(text, '\b') || findMove(text, "CDG", "12").found() {
		text = overwritten(text)
	}
	return text + ending
}

// firstColumn has the cursor moves that do what a carriage return does.
var firstColumn = strings.NewReplacer("\x1b[G", "\r", "\x1b[0G", "\r", "\x1b[1G", "\r")

// visible reports whether something of text is seen.
func visible(text string) bool {
	if strings.Contains(text, "\x1b") {
		text = escapeSequences().ReplaceAllString(text, "")
	}
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsControl(r) }) >= 0
}

// mostColumns is more than a terminal has, mostly.
const mostColumns = 300

// overwritten returns text as it is after moves within the line. Where the cursor stands before
// the end backspaces follow.
func overwritten(text string) string {
	var cells []string // a character each, with the codes before it, such as colours
	at, codes := 0, ""
	put := func(cell string) {
		if at == len(cells) {
			cells = append(cells, "")
		}
		cells[at], codes = codes+cell, ""
		at++
	}
	for text != "" {
		_, size := utf8.DecodeRuneInString(text)
		if text[0] == '\x1b' {
			size = max(size, len(firstSequence().FindString(text)))
		}
		part := text[:size]
		text = text[size:]
		move := findMove(part, "CDGK", "")
		switch {
		case part == "\b":
			at = max(at-1, 0)
		case part == "\x1b" && !strings.ContainsAny(text[:min(1, len(text))], "]PX^_"): // it begins nothing
		case !move.found() && part[0] < ' ' && part != "\t": // of no width
			codes += part
		case !move.found():
			put(part)
		case move.kind == 'K':
			if move.given > 0 {
				clear(cells[:at])
			}
			if move.given != 1 {
				cells = cells[:at]
			}
		default:
			to := map[byte]int{'C': at + move.count(), 'D': max(at-move.count(), 0), 'G': move.count() - 1}[move.kind]
			if to > mostColumns { // it stands for the right edge
				to = len(cells)
			}
			for len(cells) < to {
				cells = append(cells, " ")
			}
			at = to
		}
	}
	return strings.Join(cells, "") + codes + strings.Repeat("\b", len(cells)-at)
}
