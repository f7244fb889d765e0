package workflow

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// unprintable finds what cannot stand in YAML at all.
func unprintable(lines []string) (at *value, what string) {
	for i, line := range lines {
		column := 0
		for rest := line; rest != ""; {
			r, size := utf8.DecodeRuneInString(rest)
			column++
			rest = rest[size:]
			switch {
			case r == utf8.RuneError && size == 1:
				return &value{line: i + 1, column: column}, "this is not UTF-8 text: save the file as UTF-8"
			case r < ' ' && r != '\t' && r != '\r', r == 0x7f, r >= 0x80 && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff:
				return &value{line: i + 1, column: column}, fmt.Sprintf("a control character (%U) stands here: remove it", r)
			}
		}
	}
	return nil, ""
}

// complaints are those of the parser, in plain words.
var complaints = []struct{ of, words string }{
	{"cannot start any token", "a tab stands here, or a character that needs quotes: indent with spaces only, and put the text in quotes"},
	{"mapping values are not allowed", "a colon with a space after it cannot stand within this text: put the text in quotes, or indent keys alike"},
	{"did not find expected key", "this does not belong to the keys above: indent it like its neighbours, and put a text with quotes, colons or brackets in quotes"},
	{"did not find expected '-' indicator", "this is not an entry of the list above: begin it with \"- \", indented like the other entries"},
	{"did not find expected ',' or ']'", "a list in brackets is not closed, or a comma is missing: add ] or a comma"},
	{"did not find expected ',' or '}'", "a mapping in braces is not closed, or a comma is missing: add } or a comma; a text that begins with { needs quotes"},
	{"could not find expected ':'", "a key without its colon: write \"key: value\", and indent the lines of a longer text"},
	{"found unexpected end of stream", "a quote is not closed: add it at the end of the text"},
	{"unknown escape character", "a backslash in double quotes: write \\\\ for it, or use single quotes"},
	{"unknown anchor", "there is no anchor of this name above: write out what is meant"},
	{"exceeded max depth", "lists or mappings are nested too deep here"},
	{"found character that cannot start", "this text needs quotes"},
	{"undefined tag handle", "a tag that is not known: remove it, and put a text that begins with ! in quotes"},
	{"did not find expected node content", "a value is missing here, or its text needs quotes"},
	{"did not find expected alphabetic", "a text that begins with & or * needs quotes"},
	{"did not find expected whitespace or line break", "a text that begins with ! needs quotes"},
}

// locatable is how much of a broken file is read again to find the place: the parser that
// knows places takes long for more.
const locatable = 64 << 10 // bytes

// syntaxError is the place of a parser's complaint, and the complaint in plain words.
func (c *checker) syntaxError(data []byte, err error) (at *value, words string) {
	at = &value{line: 1, column: 1}
	var second *secondDocument
	if errors.As(err, &second) {
		at.line = second.line
		return at, second.Error()
	}
	words = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, found := strings.CutPrefix(words, "line "); found {
		line, rest, _ := strings.Cut(rest, ": ")
		at.line, _ = strconv.Atoi(line)
		words = rest
	}
	at.line = max(1, min(at.line, len(c.lines)))
	for _, complaint := range complaints {
		if strings.Contains(words, complaint.of) {
			words = complaint.words + " (" + words + ")"
			break
		}
	}
	if tab := tabIndented(c.lines, at.line); tab > 0 {
		return &value{line: tab, column: 1 + len(c.lines[tab-1]) - len(strings.TrimLeft(c.lines[tab-1], " "))},
			"a tab stands here: YAML is indented with spaces only"
	}
	if place := locate(data); place != nil {
		at.line, at.column = place.Line, place.Column
	}
	return at, words
}

// tabIndented returns a line indented with a tab at or near a line, or 0.
func tabIndented(lines []string, near int) int {
	for i := max(1, near-1); i <= min(len(lines), near+1); i++ {
		if line := lines[i-1]; strings.HasPrefix(strings.TrimLeft(line, " "), "\t") && strings.TrimSpace(line) != "" {
			return i
		}
	}
	return 0
}

// locate returns the place at which another parser, which tells places exactly, gives up.
func locate(data []byte) (at *token.Position) {
	defer func() {
		if recover() != nil {
			at = nil // it did not survive this text: the line alone is known
		}
	}()
	if len(data) > locatable || deep(data) {
		return nil
	}
	_, err := parser.ParseBytes(data, 0)
	var syntax interface{ GetToken() *token.Token }
	if errors.As(err, &syntax) && syntax.GetToken() != nil {
		return syntax.GetToken().Position
	}
	return nil
}

// deep reports whether brackets may be nested deeper than the other parser takes in time.
func deep(data []byte) bool {
	opened, most := 0, 0
	for _, b := range data {
		switch b {
		case '[', '{':
			opened++
			most = max(most, opened)
		case ']', '}':
			opened--
		}
	}
	return most > maxDepth
}
