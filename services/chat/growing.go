package chat

import (
	"html/template"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// growing is what a page has of a text that is being written.
type growing struct {
	blocks []template.HTML
	keep   int    // how many of them came before rest
	rest   string // the HTML after those, as far as it was sent by a change
}

// change is how a text that is being written became longer: its first keep blocks stay. Of
// the HTML after those, as the last change left it, the first same characters (of JavaScript)
// stay, and html follows them.
type change struct {
	Keep int    `json:"keep"`
	Same int    `json:"same"`
	HTML string `json:"html"`
}

// become makes g what the text is now. The change is as long as what was added, except where a
// block begins or turns out to be of another kind.
func (g *growing) become(now []template.HTML) change {
	keep, most := 0, min(len(g.blocks), len(now)-1) // the last one may grow, so it is not kept
	for keep < most && g.blocks[keep] == now[keep] {
		keep++
	}
	var html strings.Builder
	for _, block := range now[keep:] {
		html.WriteString(string(block))
	}
	rest, same := html.String(), 0
	if keep == g.keep {
		same = commonPrefix(g.rest, rest)
	}
	g.blocks, g.keep, g.rest = now, keep, rest
	return change{keep, lengthInJavaScript(rest[:same]), rest[same:]}
}

// commonPrefix is the length of what both begin with, in whole characters.
func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(b) && !utf8.RuneStart(b[n]) {
		n--
	}
	return n
}

// lengthInJavaScript is the length of a text there, in UTF-16.
func lengthInJavaScript(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
