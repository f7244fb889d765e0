package workflow

import (
	"strings"
)

// checkState checks the fields of the state.
func (c *checker) checkState() {
	for _, name := range c.flow.named {
		f := c.flow.fields[name]
		c.checkType(f.content.get("type"), name)
		c.checkNested(f.content, "state.fields."+name, 0)
	}
}

// checkType checks a type by rule T1.
func (c *checker) checkType(typ *value, name string) {
	if !typ.is(text) || c.growing && typ.open {
		return
	}
	wrong := wrongType(typ.text)
	if wrong == "" {
		return
	}
	c.errorAt(typ, "T1", "%s: %s is not a type%s", name, quote(typ.text), typeAdvice(typ.text, wrong))
}

// wrongType returns the part of a type that is not one, or "" if all of it is.
//
// The platform cuts dict[…] at its last comma, and so does this.
func wrongType(s string) string {
	s = strings.TrimSpace(s)
	for { // lists nest freely
		inner, found := within(s, "list[")
		if !found {
			break
		}
		s = strings.TrimSpace(inner)
	}
	switch s {
	case "str", "int", "float", "bool", "list", "dict", "object":
		return ""
	}
	if inner, found := within(s, "dict["); found {
		if cut := strings.LastIndexByte(inner, ','); cut >= 0 {
			if wrong := wrongType(inner[cut+1:]); wrong != "" {
				return wrong
			}
			return wrongType(inner[:cut])
		}
	}
	if s == "" {
		return "[]"
	}
	return s
}

func within(s, opening string) (inner string, found bool) {
	rest, found := strings.CutPrefix(s, opening)
	if !found || !strings.HasSuffix(rest, "]") {
		return "", false
	}
	return strings.TrimSuffix(rest, "]"), true
}

// typeAdvice says what to write in place of a wrong type.
func typeAdvice(s, wrong string) string {
	const all = "; there are str, int, float, bool, list, dict, object, list[…] and dict[…, …]"
	switch strings.ToLower(wrong) {
	case "string", "text", "char", "date", "datetime", "any", "url", "enum", "literal":
		return ": write str" + all
	case "integer", "long", "number[int]":
		return ": write int" + all
	case "number", "double", "decimal", "numeric", "real":
		return ": write float (or int)" + all
	case "boolean":
		return ": write bool" + all
	case "array", "tuple", "set", "sequence":
		return ": write list, such as list[str]" + all
	case "map", "mapping", "json", "dictionary", "hash":
		return ": write dict, such as dict[str, str]" + all
	}
	for _, typ := range []string{"str", "int", "float", "bool", "list", "dict"} {
		if strings.HasPrefix(wrong, typ) && !strings.Contains(wrong, "[") {
			return ": write " + typ + all
		}
	}
	switch {
	case strings.HasPrefix(wrong, "List[") || strings.HasPrefix(wrong, "Dict["), wrong != strings.ToLower(wrong) && wrongType(strings.ToLower(s)) == "":
		return ": write it in lower case" + all
	case strings.HasPrefix(wrong, "Optional[") || strings.Contains(wrong, "|") || strings.HasSuffix(wrong, "?"):
		return ": a field that may be empty has default: null, its type stays the plain one" + all
	case strings.Contains(s, "dict["):
		return ": dict takes two types, and the first may hold no comma, as in dict[str, list[int]]" + all
	case strings.HasPrefix(wrong, "array["):
		return ": write list[…]" + all
	}
	return suggest(wrong, []string{"str", "int", "float", "bool", "list", "dict", "object"})
}

// checkNested checks the schema of a field of type object, and those in it, by rule Q1.
func (c *checker) checkNested(definition *value, name string, depth int) {
	if !definition.is(mapping) || depth > maxDepth || c.growing && definition.open {
		return
	}
	schema := definition.filled("schema")
	if schema == nil {
		schema = definition.filled("schema_")
	}
	if typ := definition.get("type"); typ.is(text) && strings.TrimSpace(typ.text) == "object" {
		if schema == nil {
			c.errorAt(definition, "Q1", "%s: a field of type object needs a schema, such as schema: {title: str}; dict is for any content", name)
		} else if schema.kind == mapping && len(schema.entries) == 0 {
			c.errorAt(schema, "Q1", "%s: its schema is empty: list what the object holds, such as schema: {title: str}", name)
		}
	}
	if !schema.is(mapping) {
		return
	}
	for _, e := range schema.entries {
		name := name + "." + e.name
		c.checkType(e.value, name)
		if e.value.kind == mapping {
			c.checkType(e.value.get("type"), name)
			c.checkNested(e.value, name, depth+1)
		}
	}
}
