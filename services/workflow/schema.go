package workflow

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
)

// schemaJSON describes the structure of a file, in both dialects.
//
//go:embed schema.json
var schemaJSON []byte

// A shape is a schema made ready to report every error at its place. The JSON Schema library
// stops at the first error and names no place, so it is asked for one keyword at one value at
// a time, and the walk through the file is made here.
type shape struct {
	name     string // of the definition it comes from: "edge"
	nullable bool
	kinds    []kind // that may stand here; nil for any
	choices  []*shape

	keywords []keyword // to check beside the kind
	required []string

	properties map[string]*shape // nil: its keys are not known
	additional *shape            // of the other keys, or nil
	items      *shape
}

// keyword is one condition of a schema.
type keyword struct {
	name   string
	schema *jsonschema.Schema
	check  *jsonschema.Resolved
}

// shapes makes the shape of a whole file, at its first use.
var shapes = sync.OnceValue(func() *shape {
	var root jsonschema.Schema
	if err := json.Unmarshal(schemaJSON, &root); err != nil {
		panic(fmt.Sprintf("workflow: the embedded schema: %v", err))
	}
	m := maker{defs: root.Defs, made: make(map[string]*shape)}
	return m.shape(&root, "root")
})

type maker struct {
	defs map[string]*jsonschema.Schema
	made map[string]*shape // of the definitions
}

func (m *maker) shape(s *jsonschema.Schema, name string) *shape {
	if ref, found := strings.CutPrefix(s.Ref, "#/$defs/"); found {
		if made := m.made[ref]; made != nil {
			return made
		}
		m.made[ref] = &shape{} // definitions refer to themselves
		*m.made[ref] = *m.shape(m.defs[ref], ref)
		return m.made[ref]
	}
	made := &shape{name: name, required: s.Required}
	types := s.Types
	if s.Type != "" {
		types = []string{s.Type}
	}
	if types != nil {
		made.kinds = []kind{} // null alone
	}
	for _, t := range types {
		if t == "null" {
			made.nullable = true
		} else {
			made.kinds = append(made.kinds, kindOf(t))
		}
	}
	if choices := m.choices(s, name); choices != nil {
		made.choices = choices
	} else if s.AnyOf != nil {
		m.keyword(made, "anyOf", &jsonschema.Schema{AnyOf: s.AnyOf})
	}
	for _, choice := range made.choices {
		made.nullable = made.nullable || choice.nullable
	}
	// The patterns of identifiers and types are approximations of rules that are checked exactly
	// with the nodes and the state.
	for _, k := range []struct {
		is     bool
		name   string
		schema jsonschema.Schema
	}{
		{s.Const != nil, "const", jsonschema.Schema{Const: s.Const}},
		{s.Enum != nil, "enum", jsonschema.Schema{Enum: s.Enum}},
		{s.Pattern != "" && name != "identifier" && name != "typeString", "pattern", jsonschema.Schema{Pattern: s.Pattern}},
		{s.Minimum != nil || s.Maximum != nil || s.ExclusiveMinimum != nil, "range",
			jsonschema.Schema{Minimum: s.Minimum, Maximum: s.Maximum, ExclusiveMinimum: s.ExclusiveMinimum}},
		{s.MinItems != nil, "minItems", jsonschema.Schema{MinItems: s.MinItems}},
		{s.UniqueItems, "uniqueItems", jsonschema.Schema{UniqueItems: true}},
		{s.MinProperties != nil, "minProperties", jsonschema.Schema{MinProperties: s.MinProperties}},
		{s.AllOf != nil, "allOf", jsonschema.Schema{AllOf: s.AllOf}},
		{s.OneOf != nil, "oneOf", jsonschema.Schema{OneOf: s.OneOf}},
		{s.If != nil, "if", jsonschema.Schema{If: s.If, Then: s.Then, Else: s.Else}},
	} {
		if k.is {
			m.keyword(made, k.name, &k.schema)
		}
	}
	if s.Enum != nil && made.kinds == nil {
		made.nullable = slices.Contains(s.Enum, any(nil))
	}
	if s.Properties != nil {
		made.properties = make(map[string]*shape, len(s.Properties))
		for key, property := range s.Properties {
			made.properties[key] = m.shape(property, name)
		}
	}
	if s.AdditionalProperties != nil {
		made.additional = m.shape(s.AdditionalProperties, name)
	}
	if s.Items != nil {
		made.items = m.shape(s.Items, name)
	}
	return made
}

// choices are the alternatives of which the kind of a value chooses one, or nil if the
// alternatives differ by something else.
func (m *maker) choices(s *jsonschema.Schema, name string) (choices []*shape) {
	for _, alternative := range s.AnyOf {
		if alternative.Ref == "" && alternative.Type == "" && alternative.Types == nil {
			return nil
		}
		choices = append(choices, m.shape(alternative, name))
	}
	return choices
}

func (m *maker) keyword(s *shape, name string, schema *jsonschema.Schema) {
	check, err := schema.Resolve(nil)
	if err != nil {
		panic(fmt.Sprintf("workflow: %s of %s in the embedded schema: %v", name, s.name, err))
	}
	s.keywords = append(s.keywords, keyword{name, schema, check})
}

func kindOf(schemaType string) kind {
	return map[string]kind{"boolean": boolean, "integer": integer, "number": number, "string": text, "array": list, "object": mapping}[schemaType]
}

// takes reports whether a value of a kind may stand there.
func (s *shape) takes(k kind) bool {
	switch {
	case len(s.choices) > 0:
		return slices.ContainsFunc(s.choices, func(choice *shape) bool { return choice.takes(k) })
	case k == null:
		return s.nullable || s.kinds == nil && !s.isEnum()
	case s.isEnum():
		return k == text
	case s.kinds == nil:
		return true
	}
	return slices.Contains(s.kinds, k) || k == integer && slices.Contains(s.kinds, number)
}

func (s *shape) isEnum() bool {
	return slices.ContainsFunc(s.keywords, func(k keyword) bool { return k.name == "enum" })
}

// wants are the kinds that may stand there, null apart.
func (s *shape) wants() (kinds []kind) {
	if s.isEnum() {
		return []kind{text}
	}
	kinds = slices.Clone(s.kinds)
	for _, choice := range s.choices {
		kinds = append(kinds, choice.wants()...)
	}
	return kinds
}

// checkStructure checks the file by the schema.
func (c *checker) checkStructure(root *value) {
	c.follow(shapes(), root, make(path, 0, maxDepth)) // its end is written over: no path is kept
	c.warnOfSpelling(root)
}

// warnOfSpelling warns of values that mean something else to people, or to other readers of
// YAML, than to the platform's.
func (c *checker) warnOfSpelling(v *value) {
	switch {
	case v.broken || v.relaxed:
	case v.kind == boolean && len(v.text) > 1 && strings.ContainsRune("yYnNoO", rune(v.text[0])):
		c.warnAt(v, "YAML", `%s without quotes is %t for the platform, and a text for other readers of YAML: write %t, or "%s"`, v.text, v.boolean, v.boolean, v.text)
	case v.kind == integer && strings.ContainsRune(v.text, ':'), v.kind == integer && len(v.text) > 1 && v.text[0] == '0' && v.text[1] <= '9':
		c.warnAt(v, "YAML", `%s without quotes is the number %.0f for the platform: write %.0f, or "%s"`, v.text, v.number, v.number, v.text)
	}
	for _, item := range v.items {
		c.warnOfSpelling(item)
	}
	for _, e := range v.entries {
		c.warnOfSpelling(e.value)
	}
}

// path are the keys that lead to a value; an index is "[]".
type path []string

func (p path) String() string { return strings.ReplaceAll(strings.Join(p, "."), ".[]", "[]") }

// follow checks a value, and those in it.
func (c *checker) follow(s *shape, v *value, at path) {
	s = s.chosen(v)
	if !s.takes(v.kind) && !c.relax(s, v, at) {
		if !(c.growing && v.open) {
			c.wrongKind(s, v, at)
		}
		v.broken = true
		return
	}
	s = s.chosen(v)
	if v.kind == null && s.nullable {
		return
	}
	switch v.kind {
	case list:
		if s.items != nil {
			for _, item := range v.items {
				c.follow(s.items, item, append(at, "[]"))
			}
		}
	case mapping:
		c.followEntries(s, v, at)
	}
	if c.growing && v.open {
		return
	}
	if s.properties != nil {
		c.missing(s, v, at)
	}
	if v.kind == number && (math.IsNaN(v.number) || math.IsInf(v.number, 0)) {
		c.errorAt(v, rule(at), "%s: %s is no number that can be used here", at, v.text)
		return
	}
	depth := 0
	if s.name == "edge" || s.name == "outputSchema" || s.name == "stateField" {
		depth = 1 // their conditions look at the values of their keys
	}
	for _, k := range s.keywords {
		if !c.holds(k, v, depth) {
			c.wrong(s, k, v, at)
		}
	}
}

// holds asks the library whether a condition holds for a value. Those of a mapping look at the
// kinds of what is in it, and at the words type and required, so that all mappings that are
// alike in this have one answer.
func (c *checker) holds(k keyword, v *value, depth int) bool {
	if v.kind != mapping || depth == 0 {
		return k.check.Validate(v.json(depth)) == nil
	}
	sign := make([]byte, 0, 64)
	for _, e := range v.entries {
		sign = append(append(sign, e.name...), 0, byte(e.value.kind), byte(min(len(e.value.items), 2)))
		if e.value.boolean {
			sign = append(sign, 1)
		}
		if e.name == "type" {
			sign = append(append(sign, e.value.text...), 0)
		}
	}
	key := alike{k.check, string(sign)}
	answer, known := c.answers[key]
	if !known {
		answer = k.check.Validate(v.json(depth)) == nil
		if c.answers == nil {
			c.answers = make(map[alike]bool)
		}
		c.answers[key] = answer
	}
	return answer
}

// alike are mappings for which a condition has one answer.
type alike struct {
	check *jsonschema.Resolved
	sign  string
}

// chosen is the alternative that takes a value, or s itself.
func (s *shape) chosen(v *value) *shape {
	for _, choice := range s.choices {
		if choice.takes(v.kind) {
			return choice.chosen(v)
		}
	}
	return s
}

func (c *checker) followEntries(s *shape, v *value, at path) {
	for _, e := range v.entries {
		below := append(at, e.name)
		property := s.properties[e.name]
		if e.key.kind != text {
			property = nil
		}
		switch {
		case property != nil:
			c.follow(property, e.value, below)
		case s.properties != nil:
			if !(c.growing && e.value.open) {
				c.unknownKey(s, v, e, at)
			}
		case s.additional != nil && e.key.kind != text:
			c.errorAt(e.key, rule(below), "%s: this key is %s: put it in quotes", at, e.key.describe())
		case s.additional != nil:
			c.follow(s.additional, e.value, below)
		}
	}
}

// relax takes a value of another kind where the platform does, with a warning.
func (c *checker) relax(s *shape, v *value, at path) bool {
	for _, want := range s.wants() {
		was := v.describe()
		if v.relax(want) {
			v.relaxed = true
			c.warnAt(v, rule(at), "%s: the platform takes %s for %s; write it without quotes, as %s", at, was, v.plainly(), v.plainly())
			return true
		}
	}
	return false
}

// plainly is how a value that was relaxed should be written.
func (v *value) plainly() string {
	if v.kind == boolean {
		return fmt.Sprint(v.boolean)
	}
	return fmt.Sprintf("%.10g", v.number)
}

// missing reports the keys that are required and not there. A key that is not known and looks
// like one of them is named.
func (c *checker) missing(s *shape, v *value, at path) {
	for _, name := range s.required {
		if v.get(name) != nil {
			continue
		}
		where := ""
		if len(at) > 0 {
			where = at.String() + ": "
		}
		for _, e := range v.entries {
			if s.properties[e.name] == nil && nearest(e.name, []string{name}) != "" {
				where += fmt.Sprintf("%s in line %d is probably meant to be it; ", e.name, e.key.line)
				break
			}
		}
		c.errorAt(v, missingRule(at, name), "%sthe key %s is missing%s", where, name, example(at, name))
	}
}

func (c *checker) unknownKey(s *shape, v *value, e entry, at path) {
	known := slices.Sorted(maps.Keys(s.properties))
	where := "a workflow"
	if len(at) > 0 {
		where = at.String()
	}
	c.warnAt(e.key, "R4", "%s has no key %s, and the platform ignores it%s", where, quote(e.name), suggest(e.name, known))
}
