package workflow

import (
	"fmt"
	"math"

	"go.yaml.in/yaml/v4"
)

// kind is the type of a value, as the platform's YAML reader sees it.
type kind int

const (
	null kind = iota
	boolean
	integer
	number
	text
	date // has no equal in JSON
	list
	mapping
)

// value is a value of the file with its place.
type value struct {
	kind         kind
	line, column int
	source       *yaml.Node // of a scalar

	text    string  // of a scalar, as written
	boolean bool    // of a boolean
	number  float64 // of an integer or a number
	block   bool    // a text of several lines, after | or >

	items   []*value // of a list
	entries []entry  // of a mapping, each key once

	open    bool // the file may go on within it
	relaxed bool // it is of another kind in the file
	broken  bool // an error was reported here: what follows from it is not worth one
}

// entry is a key of a mapping with its value.
type entry struct {
	name  string
	key   *value
	value *value
}

// get returns the value of a key, or nil, also of what is no mapping.
func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	for _, e := range v.entries {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

// filled is get, but nil for a value that is null.
func (v *value) filled(name string) *value {
	if found := v.get(name); found != nil && found.kind != null {
		return found
	}
	return nil
}

// is reports whether there is a value of a kind.
func (v *value) is(k kind) bool { return v != nil && v.kind == k }

// string returns the text of a text, and "" of anything else.
func (v *value) string() string {
	if v.is(text) {
		return v.text
	}
	return ""
}

// describe says what stands there.
func (v *value) describe() string {
	switch v.kind {
	case null:
		return "nothing"
	case boolean:
		return fmt.Sprintf("true or false (%s)", v.text)
	case integer, number:
		return fmt.Sprintf("a number (%.40s)", v.text)
	case date:
		return fmt.Sprintf("a date (%.40s)", v.text)
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	default:
		return fmt.Sprintf("the text %s", quote(v.text))
	}
}

// json returns the value as encoding/json would, without what is below its entries and items:
// their own check goes there.
func (v *value) json(depth int) any {
	switch v.kind {
	case boolean:
		return v.boolean
	case integer, number:
		if math.IsNaN(v.number) || math.IsInf(v.number, 0) {
			return v.text // JSON has no such number
		}
		return v.number
	case text, date:
		return v.text
	case list:
		items := make([]any, len(v.items))
		for i, item := range v.items {
			if depth > 0 {
				items[i] = item.json(depth - 1)
			}
		}
		return items
	case mapping:
		entries := make(map[string]any, len(v.entries))
		for _, e := range v.entries {
			entries[e.name] = nil
			if depth > 0 {
				entries[e.name] = e.value.json(depth - 1)
			}
		}
		return entries
	}
	return nil
}

func quote(s string) string {
	const limit = 60
	if runes := []rune(s); len(runes) > limit {
		s = string(runes[:limit]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// errorAt reports an error at a value.
func (c *checker) errorAt(v *value, rule, format string, arguments ...any) {
	v.broken = true
	text := fmt.Sprintf(format, arguments...)
	if rule == "G0m" {
		text += " (the platform's branch dev ignores this)"
	}
	c.add(Finding{Line: v.line, Column: v.column, Rule: rule, Text: text})
}

// warnAt reports a warning at a value.
func (c *checker) warnAt(v *value, rule, format string, arguments ...any) {
	c.add(Finding{Line: v.line, Column: v.column, Rule: rule, Text: fmt.Sprintf(format, arguments...), Warning: true})
}
