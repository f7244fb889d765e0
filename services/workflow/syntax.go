package workflow

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
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

// splitLines splits a text as YAML does: a line may end as on any system.
func splitLines(s string) []string {
	if strings.ContainsAny(s, "\r\u0085\u2028\u2029") {
		s = strings.NewReplacer("\r\n", "\r\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	}
	return strings.Split(s, "\n")
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
	{"tab character", "a tab stands here: YAML is indented with spaces only"},
	{"expected <document start>", "this belongs to no document: a workflow file holds one, and nothing after it"},
	{"unknown anchor", "there is no anchor of this name above: write out what is meant"},
	{"exceeded max depth", "lists or mappings are nested too deep here"},
	{"found character that cannot start", "this text needs quotes"},
	{"undefined tag handle", "a tag that is not known: remove it, and put a text that begins with ! in quotes"},
	{"did not find expected node content", "a value is missing here, or its text needs quotes"},
	{"did not find expected alphabetic", "a text that begins with & or * needs quotes"},
	{"did not find expected whitespace or line break", "a text that begins with ! needs quotes"},
}

// syntaxError is the place of a parser's complaint, and the complaint in plain words.
func (c *checker) syntaxError(err error) (at *value, words string) {
	at = &value{line: 1, column: 1}
	var second *secondDocument
	if errors.As(err, &second) {
		at.line = second.line
		return at, second.Error()
	}
	words = strings.TrimPrefix(err.Error(), "yaml: ")
	var load *yaml.LoadError
	if errors.As(err, &load) {
		words, at.line, at.column = load.Message, load.Mark.Line, load.Mark.Column
		if load.ContextMark.Line > 0 && begins(load) {
			at.line, at.column = load.ContextMark.Line, load.ContextMark.Column
		}
	}
	at.line, at.column = max(1, min(at.line, len(c.lines))), max(1, at.column)
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
	return at, words
}

// begins reports whether an error is at the beginning of what the parser was reading, rather
// than where it gave up: a quote that is not closed, or a key without its colon.
func begins(err *yaml.LoadError) bool {
	return strings.Contains(err.ContextMsg, "simple key") || strings.Contains(err.Message, "unexpected end of stream")
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
