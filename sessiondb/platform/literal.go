package platform

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxDepth bounds how deep values may be nested.
const maxDepth = 100

// readLiteral reads what Python's str() makes of a value of dictionaries, lists, tuples,
// strings, numbers, True, False and None. Anything else, such as an object's own text, is
// an error: it does not say what the value was.
func readLiteral(text string) (any, error) {
	r := literal{rest: text}
	v, err := r.value(0)
	if err == nil && r.skip() != "" {
		err = r.fault("something follows the value")
	}
	return v, err
}

type literal struct{ rest string }

func (r *literal) skip() string {
	r.rest = strings.TrimLeft(r.rest, " \t\r\n")
	return r.rest
}

// take takes what comes next if it is this.
func (r *literal) take(token string) bool {
	rest, ok := strings.CutPrefix(r.skip(), token)
	r.rest = rest
	return ok
}

func (r *literal) fault(what string) error {
	return fmt.Errorf("it is neither JSON nor a plain Python value: %s at %q", what, line(r.rest, 20))
}

// The patterns are made at their first use: most processes read no values.
var (
	number = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?`) })
	word   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_]\w*`) })
	words  = map[string]any{"None": nil, "True": true, "False": false}
)

func (r *literal) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, r.fault("too many values within each other")
	}
	switch next := r.skip(); {
	case r.take("{"):
		return r.mapping(depth)
	case r.take("["):
		return r.list("]", depth)
	case r.take("("):
		return r.list(")", depth)
	case strings.HasPrefix(next, "'"), strings.HasPrefix(next, `"`):
		return r.text()
	case number().MatchString(next):
		found := number().FindString(next)
		r.rest = next[len(found):]
		if whole, ok := new(big.Int).SetString(found, 10); ok {
			return json.Number(whole.String()), nil
		}
		f, err := strconv.ParseFloat(found, 64)
		return f, err
	default:
		found := word().FindString(next)
		v, known := words[found]
		if !known {
			return nil, r.fault("no value")
		}
		r.rest = next[len(found):]
		return v, nil
	}
}

func (r *literal) mapping(depth int) (any, error) {
	pairs := map[string]any{}
	for !r.take("}") {
		name, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		key, ok := name.(string)
		if !ok {
			return nil, r.fault("a name that is no text")
		}
		if !r.take(":") {
			return nil, r.fault("no colon")
		}
		if pairs[key], err = r.value(depth + 1); err != nil {
			return nil, err
		}
		if !r.take(",") && !strings.HasPrefix(r.skip(), "}") {
			return nil, r.fault("no end of the dictionary")
		}
	}
	return pairs, nil
}

func (r *literal) list(end string, depth int) (any, error) {
	values := []any{}
	for !r.take(end) {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if !r.take(",") && !strings.HasPrefix(r.skip(), end) {
			return nil, r.fault("no end of the list")
		}
	}
	return values, nil
}

// escapes are those of one letter that str() writes.
var escapes = map[byte]string{'\\': "\\", '\'': "'", '"': `"`, 'n': "\n", 'r': "\r", 't': "\t"}

// codes are the lengths of the others, in hexadecimal digits.
var codes = map[byte]int{'x': 2, 'u': 4, 'U': 8}

func (r *literal) text() (string, error) {
	quote := r.rest[0]
	var text strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == quote:
			r.rest = r.rest[i+1:]
			return text.String(), nil
		case c != '\\':
			text.WriteByte(c)
		default:
			if i++; i == len(r.rest) {
				break
			}
			short, known := escapes[r.rest[i]]
			digits, coded := codes[r.rest[i]]
			switch {
			case known:
				text.WriteString(short)
			case coded && i+digits < len(r.rest):
				code, err := strconv.ParseUint(r.rest[i+1:i+1+digits], 16, 32)
				if err != nil || !utf8.ValidRune(rune(code)) {
					return "", r.fault("an unknown character")
				}
				text.WriteRune(rune(code))
				i += digits
			default:
				return "", r.fault("an unknown escape")
			}
		}
	}
	return "", r.fault("no end of the text")
}
