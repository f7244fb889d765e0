package workflow

import (
	"slices"
	"strings"
	"unicode"
)

// tools are those that the platform has, by rule Q4.
var tools = []string{"serper_search", "web_search", "web_scrape", "http_client", "sql_query", "dataframe_to_csv", "json_parse",
	"yaml_parse", "file_read", "file_write", "file_glob", "file_move", "shell", "process", "env_vars"}

// checkNodes checks what the nodes are called, ask, write and use.
func (c *checker) checkNodes() {
	for i, n := range c.flow.nodes {
		c.checkID(n)
		for _, use := range n.body.get("tools").list() {
			c.checkTool(use)
		}
		if prompt := n.body.get("prompt"); prompt.is(text) {
			c.checkPrompt(n, prompt)
		}
		c.checkInputs(n)
		if c.growing && n.body.open && i == len(c.flow.nodes)-1 {
			continue // its outputs may not be complete
		}
		c.checkOutputs(n)
	}
}

// list returns the items of a list, and none of anything else.
func (v *value) list() []*value {
	if v.is(list) {
		return v.items
	}
	return nil
}

func (c *checker) checkID(n *node) {
	id := n.body.get("id")
	if !id.is(text) || c.growing && id.open {
		return
	}
	switch {
	case !isIdentifier(n.id):
		advice := ""
		if better := toIdentifier(n.id); better != "" {
			advice = ", such as " + better
		}
		c.errorAt(id, "I1", "%s cannot be the id of a node: use letters, digits and _ only, and no digit first%s", quote(n.id), advice)
	case c.flow.byID[n.id] != n:
		c.errorAt(id, "I2", "there is a node %s already, in line %d: give one of them another id", quote(n.id), c.flow.byID[n.id].at.line)
	case n.id == start:
		c.errorAt(id, "G2", "a node cannot be called START: that is where the workflow begins; give it another id")
	case n.id == end:
		c.errorAt(id, "G3", "a node cannot be called END: that is where the workflow ends; give it another id")
	}
}

// isIdentifier reports whether Python takes a name.
func isIdentifier(s string) bool {
	for i, r := range s {
		switch {
		case r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || unicode.Is(unicode.Other_ID_Start, r):
		case i > 0 && (unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc) || unicode.Is(unicode.Other_ID_Continue, r)):
		default:
			return false
		}
	}
	return s != ""
}

// toIdentifier makes an identifier of a name, or "".
func toIdentifier(s string) string {
	s = strings.Map(func(r rune) rune {
		if isIdentifier("_" + string(r)) {
			return r
		}
		return '_'
	}, strings.TrimSpace(s))
	if s != "" && unicode.IsDigit(rune(s[0])) {
		s = "n" + s
	}
	if strings.Trim(s, "_") == "" || len(s) > 60 {
		return ""
	}
	return s
}

func (c *checker) checkTool(use *value) {
	name := use
	if use.kind == mapping {
		name = use.get("name")
	}
	if !name.is(text) || c.growing && name.open || slices.Contains(tools, name.text) {
		return
	}
	c.errorAt(name, "Q4", "there is no tool %s%s", quote(name.text), suggest(name.text, tools))
}

// checkOutputs checks what a node writes, by rules X1, O2, O3 and O4.
func (c *checker) checkOutputs(n *node) {
	outputs, schema := n.body.get("outputs"), n.body.get("output_schema")
	typ := schema.get("type")
	var written []*value
	for _, output := range outputs.list() {
		if output.kind != text {
			continue
		}
		written = append(written, output)
		if f := c.flow.fields[output.text]; f != nil {
			f.written = append(f.written, n)
		} else if c.flow.stateKnown {
			c.errorAt(output, "X1", "the output %s is not a field of the state%s: add it to state.fields, or write another name", quote(output.text), c.meant(output.text, c.flow.named))
		}
	}
	if len(written) == 0 || len(written) != len(outputs.items) || !typ.is(text) {
		return
	}
	if typ.text == "object" {
		c.checkFields(schema.get("fields"), outputs, written)
		return
	}
	if len(written) > 1 {
		c.errorAt(outputs, "O3", "an output of type %s goes to exactly one field, not %d: write one, or output_schema: {type: object, fields: […]}", typ.text, len(written))
	}
	c.checkSameType(typ, written[0].text)
}

// checkFields compares the fields of an output of type object with the outputs.
func (c *checker) checkFields(fields, outputs *value, written []*value) {
	described := make(map[string]bool)
	for _, f := range fields.list() {
		name := f.get("name")
		if !name.is(text) {
			return // a name is missing, which was reported
		}
		described[name.text] = true
		if !slices.ContainsFunc(written, func(w *value) bool { return w.text == name.text }) {
			c.errorAt(name, "O2", "the field %s is not among the outputs: add it to outputs, or remove it here", quote(name.text))
			continue
		}
		if typ := f.get("type"); typ.is(text) {
			c.checkSameType(typ, name.text)
		}
	}
	if len(described) == 0 {
		return
	}
	for _, w := range written {
		if !described[w.text] {
			c.errorAt(w, "O2", "the output %s is not described: add {name: %s, type: %s} to output_schema.fields", quote(w.text), w.text, c.typeOf(w.text))
		}
	}
}

func (c *checker) typeOf(name string) string {
	if f := c.flow.fields[name]; f != nil && f.typ != "" {
		return f.typ
	}
	return "str"
}

// checkSameType compares the type of an output with that of its field.
func (c *checker) checkSameType(typ *value, name string) {
	f := c.flow.fields[name]
	if f == nil || f.typ == "" || f.typ == typ.text || f.content.get("type").broken {
		return
	}
	c.errorAt(typ, "O4", "%s is %s here and %s in the state (line %d): both must be spelt alike", name, quote(typ.text), quote(f.typ), f.content.get("type").line)
}

// maxCompared is how many names are compared in one check to find those that were meant.
const maxCompared = 200_000

// meant asks for the name that was probably meant.
func (c *checker) meant(name string, names []string) string {
	if c.compared += len(names); c.compared > maxCompared {
		return ""
	}
	if found := nearest(name, names); found != "" {
		return " (did you mean " + found + "?)"
	}
	return ""
}
