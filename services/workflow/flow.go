package workflow

import "strings"

// flow are the parts of a file that refer to each other.
type flow struct {
	fields map[string]*field
	named  []string // the fields' names, in order
	nodes  []*node
	byID   map[string]*node
	ends   []string // what an edge may lead to
	edges  []*edge

	// Whether the state and the nodes are there and complete, so that a name that is not
	// among them is an error.
	stateKnown, nodesKnown bool
	// Whether the whole file is there, and every edge leads somewhere known.
	graphKnown bool
}

// field is a field of the state.
type field struct {
	name     string
	key      *value
	content  *value
	typ      string // as written, "" if it is not there
	required bool
	read     bool
	written  []*node
}

// node is one step.
type node struct {
	id     string
	at     *value // of the id
	body   *value
	inputs map[string]bool
}

// edge is one entry of the edges.
type edge struct {
	from string // "" if it is not there
	at   *value // of from, or of the edge
	body *value
	arcs []arc
	lost bool // where it leads, or begins, cannot be read
}

// arc is one way from a node to another.
type arc struct {
	to   string
	at   *value
	kind string // "to", "routes", "loop", "parallel"
}

const (
	start = "START"
	end   = "END"
)

// collect finds the parts of the file that refer to each other.
func (c *checker) collect(root *value) {
	f := &c.flow
	f.fields, f.byID = make(map[string]*field), make(map[string]*node)
	state, nodes, edges := root.get("state"), root.get("nodes"), root.get("edges")
	c.collectFields(state.get("fields"))
	f.stateKnown = state.get("fields").is(mapping) && c.complete(state)
	if nodes.is(list) {
		for _, body := range nodes.items {
			c.collectNode(body)
		}
	}
	f.ends = append(f.ids(), start, end)
	f.nodesKnown = nodes.is(list) && c.complete(nodes)
	if edges.is(list) {
		for _, body := range edges.items {
			if body.kind == mapping {
				f.edges = append(f.edges, newEdge(body))
			} else {
				f.edges = append(f.edges, &edge{at: body, body: body, lost: true})
			}
		}
	}
	f.graphKnown = !c.growing && f.nodesKnown && edges.is(list) && len(edges.items) > 0
}

// complete reports whether a value will not grow any more.
func (c *checker) complete(v *value) bool { return v != nil && !(c.growing && v.open) }

func (c *checker) collectFields(fields *value) {
	if !fields.is(mapping) {
		return
	}
	for _, e := range fields.entries {
		f := &field{name: e.name, key: e.key, content: e.value, typ: e.value.get("type").string()}
		required := e.value.get("required")
		f.required = required.is(boolean) && required.boolean
		if e.key.kind == text {
			c.flow.fields[e.name] = f
			c.flow.named = append(c.flow.named, e.name)
		}
	}
}

func (c *checker) collectNode(body *value) {
	if body.kind != mapping {
		return
	}
	n := &node{body: body, at: body, inputs: make(map[string]bool)}
	if id := body.get("id"); id != nil {
		n.id, n.at = id.string(), id
	}
	if inputs := body.get("inputs"); inputs.is(mapping) {
		for _, e := range inputs.entries {
			n.inputs[e.name] = true
		}
	}
	c.flow.nodes = append(c.flow.nodes, n)
	if n.id != "" && c.flow.byID[n.id] == nil {
		c.flow.byID[n.id] = n
	}
}

// newEdge reads where an edge leads. What its structure does not allow was reported.
func newEdge(body *value) *edge {
	e := &edge{body: body, at: body}
	for _, key := range []string{"from_", "from"} { // the second one counts if both are there
		if from := body.get(key); from.is(text) {
			e.from, e.at = from.text, from
		}
	}
	add := func(target *value, kind string) {
		if target.is(text) && strings.TrimSpace(target.text) != "" {
			e.arcs = append(e.arcs, arc{target.text, target, kind})
		} else {
			e.lost = true
		}
	}
	if to := body.filled("to"); to.is(list) {
		for _, target := range to.items {
			add(target, "to")
		}
	} else if to != nil {
		add(to, "to")
	}
	for _, route := range body.get("routes").list() {
		add(route.get("to"), "routes")
	}
	if loop := body.filled("loop"); loop != nil {
		if loop.kind == mapping && loop.get("exit_to") == nil {
			e.arcs = append(e.arcs, arc{end, loop, "loop"})
		} else {
			add(loop.get("exit_to"), "loop")
		}
		if e.from != "" {
			e.arcs = append(e.arcs, arc{e.from, e.at, "loop"})
		}
	}
	if parallel := body.filled("parallel"); parallel != nil {
		add(parallel.get("target_node"), "parallel")
	}
	e.lost = e.lost || e.from == "" || len(e.arcs) == 0
	return e
}

// ids are the nodes' ids, in order.
func (f *flow) ids() []string {
	ids := make([]string, 0, len(f.nodes))
	for _, n := range f.nodes {
		if n.id != "" {
			ids = append(ids, n.id)
		}
	}
	return ids
}

// field finds a field and notes that it is read.
func (f *flow) read(name string) *field {
	found := f.fields[name]
	if found != nil {
		found.read = true
	}
	return found
}
