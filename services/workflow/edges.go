package workflow

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// checkEdges checks where the edges lead, and on what condition.
func (c *checker) checkEdges() {
	for _, e := range c.flow.edges {
		if c.growing && e.body.open {
			continue
		}
		c.checkTargets(e)
		if routes := e.body.get("routes"); routes.is(list) && len(routes.items) > 0 {
			c.checkRoutes(routes)
		}
		if loop := e.body.get("loop"); loop.is(mapping) {
			c.checkLoop(loop)
		}
		if parallel := e.body.get("parallel"); parallel.is(mapping) {
			c.checkParallel(parallel)
		}
		if to := e.body.get("to"); to.is(list) {
			c.onlyDev = append(c.onlyDev, cause{to, "a fork (a list in to)"})
		}
	}
}

// checkTargets checks that an edge begins and ends at nodes, by rule E2.
func (c *checker) checkTargets(e *edge) {
	if !c.flow.nodesKnown {
		return
	}
	if e.from != "" {
		c.checkTarget(e.at, e.from, "leaves", true)
	} else if e.at != e.body {
		c.errorAt(e.at, "E2", "this edge leaves a blank name: name a node, or START")
	}
	for i, a := range e.arcs {
		if a.kind == "loop" && a.at == e.at && i > 0 {
			continue // back to where it begins
		}
		c.checkTarget(a.at, a.to, "leads to", a.kind != "parallel")
		if a.to == start && a.kind != "loop" {
			c.warnAt(a.at, "E2", "this edge leads back to START: name the first node instead")
		}
	}
	if blank := e.body.get("to"); blank.is(text) && strings.TrimSpace(blank.text) == "" {
		c.errorAt(blank, "E2", "this edge leads to a blank name: name a node, or END")
	}
	if e.from == end {
		c.warnAt(e.at, "E2", "this edge leaves END, where the workflow is over: it is never followed")
	}
}

func (c *checker) checkTarget(at *value, name, verb string, ends bool) {
	if c.flow.byID[name] != nil || ends && (name == start || name == end) {
		return
	}
	if name == start || name == end {
		c.errorAt(at, "E2", "parallel.target_node is a node, not %s: name the node that runs once for each item", name)
		return
	}
	if strings.EqualFold(name, start) || strings.EqualFold(name, end) {
		c.errorAt(at, "E2", "this edge %s %s, which there is not: write %s, in capitals", verb, quote(name), strings.ToUpper(name))
		return
	}
	c.errorAt(at, "E2", "this edge %s %s, which is not a node%s: add the node, or write another id", verb, quote(name), c.meant(name, c.flow.ends))
}

// checkRoutes checks the conditions of routes by rules E3, E3s and Q3.
func (c *checker) checkRoutes(routes *value) {
	byDefault, readable := false, true
	for _, route := range routes.items {
		logic := route.get("condition").get("logic")
		if !logic.is(text) {
			readable = false // which was reported
			continue
		}
		if logic.text == "default" {
			byDefault = true
			continue
		}
		c.checkLogic(logic)
	}
	if !byDefault && readable {
		c.errorAt(routes, "E3", `no route is the default one: add - {condition: {logic: "default"}, to: …}, which is taken when no condition holds`)
	}
}

type grammar struct{ field, comparison, test, literal *regexp.Regexp }

var conditions = sync.OnceValue(func() grammar {
	return grammar{
		field:      regexp.MustCompile(`(^|[^\pL\pN_])state\.([\pL\pN_]+)`),
		comparison: regexp.MustCompile(`^state\.[\pL\pN_]+\s*(?:==|!=|>=|<=|>|<)\s*(.+)$`),
		test:       regexp.MustCompile(`^(?:not\s+)?state\.[\pL\pN_]+$`),
		literal:    regexp.MustCompile(`^(?:[-+]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+|"[^"]*"|'[^']*'|(?i:true|false))$`),
	}
})

// refused are words that the platform refuses anywhere in a condition.
var refused = []string{"__", "import", "exec", "eval", "lambda"}

// checkLogic checks one condition.
func (c *checker) checkLogic(logic *value) {
	g := conditions()
	s := strings.TrimSpace(logic.text)
	if strings.EqualFold(s, "default") {
		c.errorAt(logic, "Q3", `%s is not the default route: write "default", in lower case and without spaces`, quote(logic.text))
		return
	}
	unknown := false
	for _, match := range g.field.FindAllStringSubmatch(s, -1) {
		if name := match[2]; c.flow.read(name) == nil && c.flow.stateKnown {
			unknown = true
			c.errorAt(logic, "E3s", "state.%s: there is no such field in the state%s: add it to state.fields, or write another name", name, c.meant(name, c.flow.named))
		}
	}
	lower := strings.ToLower(s)
	for _, part := range refused {
		if strings.Contains(lower, part) {
			c.errorAt(logic, "Q3", "the platform refuses %q anywhere in a condition, also within a name: rename the field", part)
			return
		}
	}
	if unknown {
		return
	}
	if wrong, why := c.wrongCondition(logic, s); why != "" {
		c.errorAt(logic, "Q3", "%s is not a condition: %s", quote(wrong), why)
		return
	}
	if strings.Contains(s, " and ") && strings.Contains(s, " or ") && !strings.Contains(s, "(") {
		c.warnAt(logic, "Q3", `the platform splits at "and" first, so "a or b and c" means "(a or b) and c": use several routes instead`)
	}
}

// wrongCondition returns the part of a condition that the platform cannot read, and why.
func (c *checker) wrongCondition(logic *value, s string) (wrong, why string) {
	g := conditions()
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "(") {
		for _, word := range []string{" and ", " or "} {
			if !strings.Contains(s, word) {
				continue
			}
			for part := range strings.SplitSeq(s, word) {
				if wrong, why = c.wrongCondition(logic, part); why != "" {
					return wrong, why
				}
			}
			return "", ""
		}
	}
	if g.test.MatchString(s) {
		return "", ""
	}
	if match := g.comparison.FindStringSubmatch(s); match != nil {
		literal := strings.TrimSpace(match[1])
		switch {
		case g.literal.MatchString(literal):
			return "", ""
		case strings.HasPrefix(literal, "state."):
			return s, "a field can be compared with a literal only, not with another field"
		case strings.HasPrefix(literal, "="):
			return s, "there are ==, !=, >=, <=, > and < only"
		case strings.ContainsAny(literal, `"'`):
			return s, `the text has quotes in it, or a quote is missing: write one pair of quotes, and no " and " or " or " within`
		case regexpWord().MatchString(literal):
			c.warnAt(logic, "Q3", "%s should be in quotes: write '%s'", literal, literal)
			return "", ""
		}
		return s, "a field is compared with a number, with true or false, or with a text in quotes"
	}
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		inner := strings.TrimSpace(s[1 : len(s)-1])
		if !strings.ContainsAny(inner, "()") {
			return c.wrongCondition(logic, inner)
		}
		return s, "parentheses hold one comparison: use several routes instead"
	}
	switch {
	case s == "":
		return s, `it is empty; write "default" for the route that is taken otherwise`
	case strings.ContainsAny(s, "()"):
		return s, "functions and parentheses cannot be used: write a field of type bool in a node before, and test that"
	case strings.Contains(s, "&&") || strings.Contains(s, "||") || strings.HasPrefix(s, "!"):
		return s, "write and, or, not"
	case !strings.Contains(s, "state."):
		return s, `it names no field: write state.NAME, such as state.score > 0.5`
	case strings.HasPrefix(s, "not "):
		return s, "not can stand before a single field only: use the opposite comparison"
	}
	return s, `write state.NAME, not state.NAME, or a comparison such as state.score > 0.5 or state.mood == 'calm', joined by and or or`
}

var regexpWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\pL\pN_ .-]+$`) })

// checkLoop checks the field that ends a loop by rule E5.
func (c *checker) checkLoop(loop *value) {
	condition := loop.get("condition_field")
	if !condition.is(text) || !c.flow.stateKnown {
		return
	}
	f := c.flow.read(condition.text)
	switch {
	case f == nil:
		c.errorAt(condition, "E5", "loop.condition_field %s is not a field of the state%s: add it, with type: bool", quote(condition.text), c.meant(condition.text, c.flow.named))
	case f.typ != "bool" && f.typ != "":
		c.errorAt(condition, "E5", "loop.condition_field %s is of type %s: a loop ends by a field of type bool", quote(condition.text), f.typ)
	case len(f.written) == 0 && c.flow.nodesKnown && f.typ == "bool":
		c.warnAt(condition, "E5", "no node writes %s, so the loop ends only at max_iterations: add it to the outputs of a node in the loop", condition.text)
	}
}

// checkParallel checks the fields of a parallel edge by rule E6.
func (c *checker) checkParallel(parallel *value) {
	c.onlyMain = append(c.onlyMain, cause{parallel, "parallel"})
	for _, key := range []string{"items_field", "collect_field"} {
		name := parallel.get(key)
		if !name.is(text) || !c.flow.stateKnown {
			continue
		}
		f := c.flow.read(name.text)
		switch {
		case f == nil:
			c.errorAt(name, "E6", "parallel.%s %s is not a field of the state%s: add it, with type: list", key, quote(name.text), c.meant(name.text, c.flow.named))
		case !strings.HasPrefix(f.typ, "list") && f.typ != "":
			c.errorAt(name, "E6", "parallel.%s %s is of type %s: it must be a list", key, quote(name.text), f.typ)
		}
	}
}

// checkDialects reports a file that neither dialect takes, and notes the only one that does.
func (c *checker) checkDialects() {
	switch {
	case len(c.onlyMain) > 0 && len(c.onlyDev) > 0:
		c.errorAt(c.onlyMain[0].at, "E1f", "no version of the platform knows both %s and %s (line %d): use one of them", c.onlyMain[0].text, c.onlyDev[0].text, c.onlyDev[0].at.line)
	case len(c.onlyMain) > 0:
		c.result.Dialect, c.result.DialectCause = Main, c.onlyMain[0].text
	case len(c.onlyDev) > 0:
		c.result.Dialect, c.result.DialectCause = Dev, c.onlyDev[0].text
	}
}

// summarize notes what a run needs.
func (c *checker) summarize(root *value) {
	r := c.result
	r.Name, r.Nodes = strings.TrimSpace(root.get("flow").get("name").string()), len(c.flow.nodes)
	for _, name := range c.flow.named {
		if c.flow.fields[name].required {
			r.Inputs = append(r.Inputs, name)
		}
	}
	need := func(name string) {
		if name != "" && !slices.Contains(r.Environment, name) {
			r.Environment = append(r.Environment, name)
		}
	}
	byDefault := root.get("config").get("llm").get("provider").string()
	for _, n := range c.flow.nodes {
		provider := n.body.get("llm").get("provider").string()
		if provider == "" {
			provider = byDefault
		}
		need(keyOf(provider))
		for _, use := range n.body.get("tools").list() {
			name := use.string()
			if use.kind == mapping {
				name = use.get("name").string()
			}
			if name == "serper_search" || name == "web_search" {
				need("SERPER_API_KEY")
			}
		}
	}
}

// keyOf is the variable with the key of a provider, by rule Q5.
func keyOf(provider string) string {
	switch provider {
	case "", "google":
		return "GOOGLE_API_KEY"
	case "openai":
		return "OPENAI_API_KEY"
	case "anthropic":
		return "ANTHROPIC_API_KEY"
	}
	return ""
}
