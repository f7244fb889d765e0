package workflow

// checkGraph checks that the workflow begins at one place, reaches every node, and ends, by
// rules G1, G2 and G3.
func (c *checker) checkGraph() {
	if !c.flow.graphKnown {
		return
	}
	forth, back := make(map[string][]string), make(map[string][]string)
	lost := false
	for _, e := range c.flow.edges {
		lost = lost || e.lost
		leaves := c.resolve(e.from)
		if leaves == "" { // what it leads to may be reached
			leaves = start
		}
		if e.lost {
			back[end] = append(back[end], leaves)
		}
		for _, a := range e.arcs {
			to := c.resolve(a.to)
			if to == "" { // it may lead on
				to = end
			}
			forth[leaves], back[to] = append(forth[leaves], to), append(back[to], leaves)
		}
	}
	c.checkStart(lost)
	reached, reaching := from(start, forth), from(end, back)
	for _, n := range c.flow.nodes {
		if n.id == "" || n.id == start || n.id == end || c.flow.byID[n.id] != n {
			continue
		}
		if !reached[n.id] && !lost {
			c.errorAt(n.at, "G2", "no way leads from START to the node %s: add an edge to it, or remove it", quote(n.id))
		}
		if !reaching[n.id] {
			c.errorAt(n.at, "G3", "no way leads from the node %s to END: add an edge, such as {from: %s, to: END}", quote(n.id), n.id)
		}
	}
	c.warnOfWays()
}

// resolve is the node, or START or END, that a name means, misspelt ones included: what follows
// from a misspelt name is not worth an error of its own. It is "" for others.
func (c *checker) resolve(name string) string {
	if c.flow.byID[name] != nil || name == start || name == end || name == "" {
		return name
	}
	if c.resolved == nil {
		c.resolved = make(map[string]string)
	}
	meant, known := c.resolved[name]
	if !known {
		if c.compared += len(c.flow.ends); c.compared <= maxCompared {
			meant = nearest(name, c.flow.ends)
		}
		c.resolved[name] = meant
	}
	return meant
}

// from are the names that can be reached from one.
func from(name string, arcs map[string][]string) map[string]bool {
	reached, next := map[string]bool{name: true}, []string{name}
	for len(next) > 0 {
		name, next = next[len(next)-1], next[:len(next)-1]
		for _, to := range arcs[name] {
			if !reached[to] {
				reached[to] = true
				next = append(next, to)
			}
		}
	}
	return reached
}

// checkStart checks that exactly one edge leaves START, and notes what only one dialect takes.
// lost: there are edges of which that cannot be told.
func (c *checker) checkStart(lost bool) {
	var first *edge
	for _, e := range c.flow.edges {
		switch {
		case c.resolve(e.from) != start:
		case first == nil:
			first = e
		default:
			c.errorAt(e.at, "G1", "a second edge leaves START, the first one is in line %d: begin with one node, and let it lead to both (or fork: {from: START, to: [a, b]})", first.at.line)
		}
	}
	if first == nil && lost {
		return
	}
	if first == nil {
		edges := c.root.get("edges")
		c.errorAt(edges, "G1", "no edge leaves START: add one, such as {from: START, to: %s}", append(c.flow.ids(), "…")[0])
		return
	}
	targets := make(map[string]bool)
	kind := ""
	for _, a := range first.arcs {
		targets[a.to] = true
		kind = a.kind
	}
	if len(targets) > 1 && kind != "to" {
		c.onlyDev = append(c.onlyDev, cause{first.at, kind + " from START"})
	}
}

// warnOfWays warns of edges that are allowed and rarely meant.
func (c *checker) warnOfWays() {
	plain := make(map[string][]string) // arcs without a condition
	direct := make(map[string]*edge)
	for _, e := range c.flow.edges {
		for _, a := range e.arcs {
			if a.kind == "to" {
				direct[e.from] = e
				if c.flow.byID[a.to] != nil && c.flow.byID[e.from] != nil {
					plain[e.from] = append(plain[e.from], a.to)
				}
			}
		}
	}
	for _, e := range c.flow.edges {
		if len(e.body.get("routes").list()) > 0 && e.from != "" && direct[e.from] != nil && direct[e.from] != e {
			c.warnAt(e.at, "E1", "%s also has the edge in line %d, and both are followed: make that one the default route", e.from, direct[e.from].at.line)
		}
	}
	for _, id := range circle(c.flow.ids(), plain) {
		n := c.flow.byID[id]
		if !n.at.broken {
			c.warnAt(n.at, "G3", "%s comes back to itself by edges without a condition: use routes or a loop to leave the circle", id)
		}
	}
}

// circle returns one name of each circle of arcs.
func circle(ids []string, arcs map[string][]string) (found []string) {
	const (
		entered = 1
		left    = 2
	)
	state := make(map[string]int)
	type visit struct {
		id   string
		next int
	}
	for _, id := range ids {
		if state[id] != 0 {
			continue
		}
		state[id] = entered
		for way := []visit{{id: id}}; len(way) > 0; {
			last := &way[len(way)-1]
			if last.next == len(arcs[last.id]) {
				state[last.id] = left
				way = way[:len(way)-1]
				continue
			}
			to := arcs[last.id][last.next]
			last.next++
			switch state[to] {
			case 0:
				state[to] = entered
				way = append(way, visit{id: to})
			case entered:
				found = append(found, to)
			}
		}
	}
	return found
}

// checkUse warns of fields that nothing uses, and of inputs that are overwritten.
func (c *checker) checkUse() {
	if c.growing || !c.flow.nodesKnown || !c.flow.stateKnown || len(c.result.Errors) > 0 { // which may be why
		return
	}
	for _, name := range c.flow.named {
		f := c.flow.fields[name]
		switch {
		case f.required && len(f.written) > 0:
			c.warnAt(f.key, "S1", "%s is required, and the node %s overwrites what the run was given: write its output to another field", name, f.written[0].id)
		case !f.read && len(f.written) == 0:
			c.warnAt(f.key, "S1", "nothing reads or writes the field %s: use it, or remove it", name)
		}
	}
}
