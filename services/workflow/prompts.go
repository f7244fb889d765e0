package workflow

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// placeholder is what the platform replaces in a prompt. Nothing is exempt: braces cannot be
// escaped.
var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([^}]+)\}`) })

// checkPrompt checks the placeholders of a prompt by rule P1.
func (c *checker) checkPrompt(n *node, prompt *value) {
	c.checkPlaceholders(prompt, "P1", n.inputs)
}

// checkInputs checks those of a node's inputs, which may name fields of the state only.
func (c *checker) checkInputs(n *node) {
	if inputs := n.body.get("inputs"); inputs.is(mapping) {
		for _, e := range inputs.entries {
			if e.value.kind == text {
				c.checkPlaceholders(e.value, "Q2", nil)
			}
		}
	}
}

func (c *checker) checkPlaceholders(v *value, rule string, inputs map[string]bool) {
	if !strings.Contains(v.text, "{") {
		return
	}
	var place func(string) *value // found for what is wrong only
	for _, match := range placeholder().FindAllStringSubmatch(v.text, -1) {
		name, named := reference(match[1])
		if c.flow.read(name) != nil || !named && inputs[name] || !c.flow.stateKnown || c.growing && v.open {
			continue
		}
		if place == nil {
			place = c.finder(v)
		}
		c.errorAt(place(match[0]), rule, "%s", c.placeholderWords(match[1], name, inputs))
		v.broken = true
	}
}

// reference is the name that a placeholder stands for; named: it said "state." before it.
func reference(inner string) (name string, named bool) {
	name, rest, dotted := strings.Cut(inner, ".")
	if name == "state" && dotted {
		name, _, _ = strings.Cut(rest, ".")
		return name, true
	}
	return name, false
}

func (c *checker) placeholderWords(inner, name string, inputs map[string]bool) string {
	shown := quote("{" + inner + "}")
	trimmed := strings.TrimSpace(name)
	switch {
	case strings.ContainsAny(inner, "{\"':,;\n[") || strings.Contains(trimmed, " "):
		return "braces in a prompt always mean a state field, and they cannot be escaped: describe the format in words instead of " + shown
	case trimmed != name && c.flow.fields[trimmed] != nil:
		return "spaces within the braces count as part of the name: write {" + strings.TrimSpace(inner) + "} instead of " + shown
	case name == "":
		return shown + " names no field"
	}
	names := append([]string{}, c.flow.named...)
	for input := range inputs {
		names = append(names, input)
	}
	what := " is neither a field of the state nor an input of this node"
	if inputs == nil {
		what = " is not a field of the state"
	}
	return shown + what + c.meant(name, names) + ": add " + name + " to state.fields, or write another name"
}

// finder returns a function that finds where texts stand, one after the other, in the lines
// of a value. What cannot be found, as within folded lines, is where the value begins.
func (c *checker) finder(v *value) func(s string) *value {
	line, column := v.line-1, v.column-1 // from 0, in characters
	offset := len(string([]rune(c.lines[line])[:min(column, utf8.RuneCountInString(c.lines[line]))]))
	lost, end := false, c.end(v)
	return func(s string) *value {
		s, _, _ = strings.Cut(s, "\n")
		l, column0, offset0 := line, column, offset
		for ; !lost && l < len(c.lines) && l < end; l, column0, offset0 = l+1, 0, 0 {
			rest := c.lines[l][offset0:]
			if i := strings.Index(rest, s); i >= 0 {
				at := column0 + utf8.RuneCountInString(rest[:i])
				line, column, offset = l, at+utf8.RuneCountInString(s), offset0+i+len(s)
				return &value{line: l + 1, column: at + 1}
			}
		}
		lost = true
		return &value{line: v.line, column: v.column}
	}
}
