package envfile

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/sirupsen/logrus"
)

// silence ends the library's warnings of variables that are not set: they would be written
// to standard error.
var silence = sync.OnceFunc(func() { logrus.SetOutput(io.Discard) })

// parse returns the variables of text, or its first mistake and the line where that begins.
//
// The library's errors name no line, or the one where it gave up. So it gets the text
// statement by statement: line after line until no quote is left open.
func parse(ctx context.Context, text string, env []string) (values map[string]string, line int, err error) {
	silence()
	if !strings.HasSuffix(text, "\n") {
		text += "\n" // the library takes a last NAME without a line's end for a value
	}
	values = map[string]string{}
	scope := newScope(env, values)
	line = 1
	lines, end := 0, 0 // of the statement at the beginning of text
	for text != "" {
		added := strings.IndexByte(text[end:], '\n') + 1
		last := text[end : end+added]
		end, lines = end+added, lines+1
		if err != nil && !strings.ContainsAny(last, `"'`) && end < len(text) {
			continue // the quote is still open
		}
		if ctx.Err() != nil {
			return nil, line, ctx.Err()
		}
		var statement map[string]string
		statement, err = dotenv.UnmarshalWithLookup(text[:end], scope.lookup)
		if err == nil {
			err = scope.add(statement)
		} else if isOpen(err) && end < len(text) {
			continue
		}
		if err != nil {
			return nil, line, explain(err)
		}
		text, line = text[end:], line+lines
		lines, end = 0, 0
	}
	return values, 0, nil
}

// A scope has the variables that a value can name, and bounds what filling them in makes.
type scope struct {
	env, values map[string]string
	used        int // bytes of values that were filled in
	kept        int // bytes of values that were added
}

func newScope(env []string, values map[string]string) *scope {
	s := &scope{env: make(map[string]string, len(env)), values: values}
	for _, pair := range env {
		if name, value, ok := strings.Cut(pair, "="); ok {
			s.env[name] = value
		}
	}
	return s
}

func (s *scope) lookup(name string) (string, bool) {
	value, ok := s.env[name]
	if !ok {
		value, ok = s.values[name]
	}
	if s.used += len(value); s.used > maxSize {
		return "", ok // add refuses the statement
	}
	return value, ok
}

// add adds the variables of a statement.
func (s *scope) add(statement map[string]string) error {
	for name, value := range statement {
		switch {
		case name == "":
			return &Mistake{Kind: NoName}
		case strings.ContainsAny(name, "\t\v\f\r"):
			return &Mistake{Kind: SpaceInName}
		case strings.ContainsRune(value, 0):
			return &Mistake{Kind: NUL}
		}
		s.kept += len(name) + len(value)
		s.values[name] = value
	}
	if s.used > maxSize || s.kept > maxSize {
		return &Mistake{Kind: ValuesTooLarge}
	}
	return nil
}

const (
	open     = "unterminated quoted value"
	keySpace = "key cannot contain a space"
)

// unexpected is the library's complaint of a name. The whole line follows.
var unexpected = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`unexpected character (".*?") in variable name `) })

func isOpen(err error) bool { return strings.Contains(err.Error(), open) }

// explain says what is wrong, without the text of the file that the library's errors have.
func explain(err error) error {
	var invalid *template.InvalidTemplateError
	if ours := (*Mistake)(nil); errors.As(err, &ours) {
		return ours
	}
	text := err.Error()
	switch found := unexpected().FindStringSubmatch(text); {
	case isOpen(err):
		return &Mistake{Kind: QuoteOpen}
	case found != nil:
		return &Mistake{Kind: NotAName, Text: found[1]}
	case strings.Contains(text, keySpace):
		return &Mistake{Kind: SpaceInName}
	case errors.As(err, &invalid):
		return &Mistake{Kind: Dollar}
	}
	return err
}
