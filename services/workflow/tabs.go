package workflow

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The platform's reader takes a tab within quotes, block texts and comments only; the parser
// here takes it between tokens, too.

// strayTab finds the first tab where the platform's reader takes none, or returns nil.
func (c *checker) strayTab(root *yaml.Node) *value {
	tabs := false
	for _, line := range c.lines {
		tabs = tabs || strings.Contains(line, "\t")
	}
	if !tabs {
		return nil
	}
	allowed := make([]span, 0, 16)
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			switch {
			case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
				end := c.end(&value{source: n})
				if end == len(c.lines) {
					end++
				}
				allowed = append(allowed, span{n.Line + 1, 0, end, 0})
			case n.Style&yaml.DoubleQuotedStyle != 0:
				allowed = append(allowed, c.quoted(n, '"'))
			case n.Style&yaml.SingleQuotedStyle != 0:
				allowed = append(allowed, c.quoted(n, '\''))
			}
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(root)
	for i, line := range c.lines {
		line = strings.TrimRight(line, "\r")
		for at := 0; at < len(line); at++ {
			for len(allowed) > 0 && allowed[0].endsBefore(i+1, at) {
				allowed = allowed[1:]
			}
			switch {
			case len(allowed) > 0 && allowed[0].holds(i+1, at):
			case line[at] == '#' && (at == 0 || line[at-1] == ' ' || line[at-1] == '\t'):
				at = len(line) // a comment
			case line[at] == '\t':
				return &value{line: i + 1, column: utf8.RuneCountInString(line[:at]) + 1}
			}
		}
	}
	return nil
}

// span is a part of the text: from a byte of a line up to one of another.
type span struct{ line, from, toLine, to int }

func (s span) holds(line, at int) bool {
	return (line > s.line || line == s.line && at >= s.from) && (line < s.toLine || line == s.toLine && at < s.to)
}

func (s span) endsBefore(line, at int) bool { return line > s.toLine || line == s.toLine && at >= s.to }

// quoted is where a text in quotes stands.
func (c *checker) quoted(n *yaml.Node, quote byte) span {
	first := c.lines[n.Line-1]
	from := len(string([]rune(first)[:min(n.Column-1, utf8.RuneCountInString(first))]))
	for line, at := n.Line, from; line <= len(c.lines); line, at = line+1, 0 {
		text := c.lines[line-1]
		if line == n.Line { // an anchor or a tag may stand before it
			opening := strings.IndexByte(text[at:], quote)
			if opening < 0 {
				break
			}
			at += opening + 1
		}
		for ; at < len(text); at++ {
			switch {
			case quote == '"' && text[at] == '\\', quote == '\'' && text[at] == quote && at+1 < len(text) && text[at+1] == quote:
				at++
			case text[at] == quote:
				return span{n.Line, from, line, at + 1}
			}
		}
	}
	return span{n.Line, from, len(c.lines) + 1, 0}
}
