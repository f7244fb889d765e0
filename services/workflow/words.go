package workflow

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// What the schema finds, in plain words, with the rule of the platform that it breaks.

// rules are those of the places of a file, the first that fits.
var rules = []struct{ at, rule string }{
	{"schema_version", "R1"},
	{"flow", "R2"},
	{"state.fields.*.type", "T1"},
	{"state.fields.*.schema", "Q1"},
	{"state.fields.*.schema_", "Q1"},
	{"state", "S1"},
	{"nodes.[].id", "I1"},
	{"nodes.[].output_schema", "O1"},
	{"nodes.[].tools", "K1"},
	{"nodes.[].memory", "M1"},
	{"nodes.[].llm.provider", "L1"},
	{"nodes.[].llm", "L2"},
	{"nodes.[].sandbox", "B1"},
	{"nodes.[].optimize", "G0m"},
	{"nodes.[].mlflow", "G0m"},
	{"nodes.[]", "N1"},
	{"edges.[].from", "E0"},
	{"edges.[].from_", "E0"},
	{"edges.[].to", "E1f"},
	{"edges.[].loop", "E4"},
	{"edges.[]", "E1"},
	{"config.llm.provider", "L1"},
	{"config.llm", "L2"},
	{"config.memory", "M1"},
	{"config.ab_test", "G0m"},
	{"config.gates", "G0m"},
	{"config.mlflow", "G0m"},
	{"config", "G0"},
	{"optimization", "G0m"},
	{"memory", "M1"},
	{"", "R3"},
}

// rule is the rule of a place.
func rule(at path) string {
	for _, r := range rules {
		if below(at, r.at) {
			return r.rule
		}
	}
	return "R3"
}

// missingRule is the rule that a missing key breaks.
func missingRule(at path, name string) string {
	if len(at) == 0 {
		return "R3"
	}
	if last := at[len(at)-1]; name == "type" && len(at) == 3 && at[0] == "state" || last == "state" {
		return "S1"
	}
	if len(at) == 2 && at[0] == "nodes" {
		return "N1"
	}
	return rule(append(at[:len(at):len(at)], name))
}

func below(at path, pattern string) bool {
	if pattern == "" {
		return true
	}
	rest := at
	for part := range strings.SplitSeq(pattern, ".") {
		if len(rest) == 0 || part != "*" && part != rest[0] {
			return false
		}
		rest = rest[1:]
	}
	return true
}

// example is how a missing key may be written.
func example(at path, name string) string {
	switch name {
	case "schema_version":
		return `: write schema_version: "1.0"`
	case "flow":
		return ": write flow: {name: my_workflow}"
	case "state":
		return ": it lists the fields that nodes read and write"
	case "fields":
		return ": write what the workflow works with, such as fields: {topic: {type: str, required: true}}"
	case "nodes":
		return ": it lists the steps"
	case "edges":
		return ": it says how the steps follow each other, from START to END"
	case "type":
		return ", such as type: str"
	case "id":
		return ", a name such as id: summarize"
	case "prompt":
		return ": what the model is asked, with state fields in braces"
	case "output_schema":
		return ", such as output_schema: {type: str}"
	case "outputs":
		return ": the state fields that this node writes, such as outputs: [summary]"
	case "condition":
		return `, such as condition: {logic: "state.score > 0.5"}`
	case "logic":
		return `, such as logic: "state.score > 0.5", or "default"`
	case "condition_field":
		return ": name the state field of type bool that ends the loop"
	case "to":
		return ": name the node that follows, or END"
	}
	return ""
}

var kindNames = [...]string{boolean: "true or false", integer: "a whole number", number: "a number", text: "a text", list: "a list", mapping: "a mapping"}

// wrongKind reports a value of a kind that cannot stand there.
func (c *checker) wrongKind(s *shape, v *value, at path) {
	var wanted []string
	for _, k := range s.wants() {
		wanted = append(wanted, kindNames[k])
	}
	expected := strings.Join(wanted, " or ")
	if last := len(at) - 1; last >= 0 && at[last] == "schema_version" {
		c.errorAt(v, "R1", `schema_version must be the text "1.0", not %s: write it in quotes, schema_version: "1.0"`, v.describe())
		return
	}
	for _, k := range s.keywords {
		if k.name == "enum" {
			c.wrong(s, k, v, at)
			return
		}
	}
	fix := ""
	switch {
	case v.kind == null && len(at) > 0:
		fix = ": write it, or remove the key"
		if v.text == "" && contains(s.wants(), mapping, list) {
			fix = ": indent what belongs to it below"
		}
	case contains(s.wants(), text) && (v.kind == boolean || v.kind == integer || v.kind == number || v.kind == date):
		fix = fmt.Sprintf(`: put it in quotes, "%s"`, v.text)
	case contains(s.wants(), text) && v.kind == mapping:
		fix = ": put a text that begins with a brace in quotes"
	case contains(s.wants(), list) && v.kind == text:
		fix = fmt.Sprintf(": write [%s]", v.text)
		if strings.Contains(v.text, "\n") || len(v.text) > 60 {
			fix = ": begin each entry with \"- \""
		}
	}
	if len(at) == 0 {
		c.errorAt(v, "R3", "a workflow is a mapping with the keys schema_version, flow, state, nodes and edges, not %s", v.describe())
		return
	}
	found := rule(at)
	if found == "T1" {
		found = "S1"
	}
	c.errorAt(v, found, "%s: expected %s, not %s%s", at, expected, v.describe(), fix)
}

func contains(kinds []kind, any ...kind) bool {
	for _, k := range kinds {
		for _, a := range any {
			if k == a {
				return true
			}
		}
	}
	return false
}

// wrong reports a value that breaks one condition of its schema.
func (c *checker) wrong(s *shape, k keyword, v *value, at path) {
	switch k.name {
	case "const":
		c.errorAt(v, rule(at), `%s: %s is not known: write "%v"`, at, v.describe(), *k.schema.Const)
	case "enum":
		var allowed []string
		for _, value := range k.schema.Enum {
			if value != nil {
				allowed = append(allowed, fmt.Sprint(value))
			}
		}
		c.errorAt(v, rule(at), "%s: %s is not one of %s%s", at, quote(v.text), strings.Join(allowed, ", "), suggest(v.text, allowed))
	case "pattern":
		c.wrongText(s, v, at)
	case "range":
		c.errorAt(v, rule(at), "%s: %s is out of range: write a number %s", at, v.text, between(k))
	case "minItems":
		if s.name == "edge" {
			c.errorAt(v, "E1f", "a fork has at least 2 targets: write a single one without brackets, to: %s", first(v))
			return
		}
		c.errorAt(v, emptyRule(at), "%s: the list is empty: it needs at least one entry", at)
	case "uniqueItems":
		c.errorAt(v, "E1f", "a fork names each target once: remove the repeated one")
	case "minProperties":
		c.errorAt(v, "S1", "%s: there is no field: list at least one, such as topic: {type: str, required: true}", at)
	case "anyOf": // of an edge
		c.errorAt(v, "E0", "%s: the key from is missing: name the node that the edge leaves, or START", at)
	case "oneOf": // of an edge
		c.wrongEdge(v, at)
	case "allOf": // of a state field
		c.errorAt(v.get("default"), "S2", "%s: a required field cannot have a default: remove default, or write required: false", at)
	case "if": // of an output
		at := append(at[:len(at):len(at)], "fields")
		if fields := v.get("fields"); fields != nil {
			c.errorAt(fields, "O1", "%s: an output of type object needs a list of its fields, such as [{name: title, type: str}]", at)
		} else {
			c.errorAt(v, "O1", "%s is missing: an output of type object needs a list of its fields, such as [{name: title, type: str}]", at)
		}
	}
}

// emptyRule is the rule that an empty list breaks.
func emptyRule(at path) string {
	if len(at) == 1 {
		return "R3" // nodes, edges
	}
	return rule(at)
}

func first(v *value) string {
	if len(v.items) == 1 {
		return v.items[0].text
	}
	return "END"
}

func (c *checker) wrongText(s *shape, v *value, at path) {
	switch {
	case s.name == "flow":
		c.errorAt(v, "R2", "%s is blank: give the workflow a name", at)
	case s.name == "edge":
		c.errorAt(v, "E1f", "%s: a target is blank: name a node, or END", at)
	default: // observability.logging.level
		c.errorAt(v, rule(at), "%s: %s is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL%s", at, quote(v.text),
			suggest(strings.ToUpper(v.text), []string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}))
	}
}

func (c *checker) wrongEdge(v *value, at path) {
	var kinds []string
	for _, name := range []string{"to", "routes", "loop", "parallel"} {
		if found := v.filled(name); found != nil && !(name == "routes" && found.kind == list && len(found.items) == 0) {
			kinds = append(kinds, name)
		}
	}
	switch len(kinds) {
	case 0:
		c.errorAt(v, "E1", "%s leads nowhere: add to, routes or loop, such as to: END", at)
	case 1: // of a wrong kind, which was reported
	default:
		c.errorAt(v, "E1", "%s has %s: an edge has exactly one of them; write one edge for each", at, strings.Join(kinds, " and "))
	}
}

func between(k keyword) string {
	var limits []string
	if least := k.schema.Minimum; least != nil {
		limits = append(limits, fmt.Sprintf("from %g", *least))
	}
	if least := k.schema.ExclusiveMinimum; least != nil {
		limits = append(limits, fmt.Sprintf("above %g", *least))
	}
	if most := k.schema.Maximum; most != nil {
		limits = append(limits, fmt.Sprintf("to %g", *most))
	}
	return strings.Join(limits, " ")
}

// nearest is the word that was probably meant, or "".
func nearest(word string, words []string) string {
	best, distance := "", 3
	if len(word) > 60 {
		return ""
	}
	for _, w := range words {
		if len(w) > len(word)+2 || len(word) > len(w)+2 {
			continue
		}
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(w)); d < distance && d < len(w)-1 {
			best, distance = w, d
		}
	}
	return best
}

// suggest asks for the word that was probably meant, and else lists a few.
func suggest(word string, words []string) string {
	if meant := nearest(word, words); meant != "" {
		return fmt.Sprintf(" (did you mean %s?)", meant)
	}
	if len(words) > 0 && len(words) <= 20 {
		return "; there are " + strings.Join(words, ", ")
	}
	return ""
}
