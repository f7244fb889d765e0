package config

import (
	"errors"
	"fmt"
	"strings"
)

// split makes a command line its arguments, by the rules of the POSIX shell for quotes,
// backslashes and comments. What only a shell could do is an error.
func split(line string) ([]string, error) {
	s := splitter{rest: line}
	for s.rest != "" && s.err == nil {
		s.next()
	}
	if s.err != nil {
		return nil, fmt.Errorf("this cannot be split into arguments: %w. Quote it, give a list, or run a shell: [sh, -c, \"…\"]", s.err)
	}
	s.endWord()
	return s.words, nil
}

type splitter struct {
	rest  string
	words []string
	word  strings.Builder
	open  bool // a word has begun; with "" it stays empty
	err   error
}

// next takes what comes next, outside quotes.
func (s *splitter) next() {
	switch s.rest[0] {
	case ' ', '\t', '\n':
		s.endWord()
		s.rest = s.rest[1:]
	case '#':
		if s.open {
			s.take(1)
			return
		}
		_, s.rest, _ = strings.Cut(s.rest, "\n")
	case '\\':
		s.escaped("")
	case '\'':
		s.literal()
	case '"':
		s.quoted()
	case '$', '`':
		s.expansion()
	case '|', '&', ';', '<', '>', '(', ')':
		after := strings.TrimLeft(s.rest, "|&;<>()")
		s.err = fmt.Errorf("there is no shell to understand %s", strings.TrimSuffix(s.rest, after))
	default:
		s.take(1)
	}
}

// take makes the next n bytes part of the word.
func (s *splitter) take(n int) {
	s.open = true
	s.word.WriteString(s.rest[:n])
	s.rest = s.rest[n:]
}

func (s *splitter) endWord() {
	if s.open {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.open = false
}

// escaped takes a backslash and what it escapes: anything, or only one of those
// characters, and the backslash stays before others. The end of a line goes with it.
func (s *splitter) escaped(only string) {
	switch {
	case strings.HasPrefix(s.rest, "\\\n"):
		s.rest = s.rest[2:]
	case len(s.rest) == 1 || only != "" && !strings.Contains(only, s.rest[1:2]):
		s.take(1)
	default:
		s.rest = s.rest[1:]
		s.take(1)
	}
}

// literal takes what stands in single quotes.
func (s *splitter) literal() {
	inside, after, closed := strings.Cut(s.rest[1:], "'")
	if !closed {
		s.err = errors.New("a single quote is not closed")
		return
	}
	s.rest = inside + after
	s.take(len(inside))
}

// quoted takes what stands in double quotes.
func (s *splitter) quoted() {
	s.open = true
	s.rest = s.rest[1:]
	for s.rest != "" && s.err == nil {
		switch s.rest[0] {
		case '"':
			s.rest = s.rest[1:]
			return
		case '\\':
			s.escaped("$`\"\\")
		case '$', '`':
			s.expansion()
		default:
			s.take(1)
		}
	}
	if s.err == nil {
		s.err = errors.New("a double quote is not closed")
	}
}

// expansion takes a dollar sign that begins nothing, as in "5$".
func (s *splitter) expansion() {
	after := s.rest[1:]
	for strings.HasPrefix(after, "\\\n") { // the line goes on in the next
		after = after[2:]
	}
	if s.rest[0] == '$' && (after == "" || !begins(after[0])) {
		s.take(1)
		return
	}
	end := strings.IndexAny(s.rest, " \t\n\"'")
	if end < 0 {
		end = len(s.rest)
	}
	s.err = fmt.Errorf("there is no shell to replace %s", s.rest[:end])
}

// begins reports whether a dollar sign and c begin what a shell replaces.
func begins(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || strings.IndexByte("({@*#?-$!", c) >= 0
}
