package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// tree makes a tree of the parser's nodes, with aliases and merged keys filled in, and
// reports keys that are there twice. It returns nil after an error that leaves no tree.
func (c *checker) tree(root *yaml.Node) *value {
	b := &builder{checker: c, within: make(map[*yaml.Node]bool)}
	v, err := b.build(root, 0)
	if err != nil {
		c.errorAt(&value{line: max(1, err.at.Line), column: max(1, err.at.Column)}, "YAML", "%s", err.text)
		return nil
	}
	return v
}

// end is the line where the value after a scalar begins.
func (c *checker) end(v *value) int {
	if c.ends == nil {
		c.ends = ends(c.source)
	}
	if line := c.ends[v.source]; line > 0 {
		return line
	}
	return len(c.lines)
}

func ends(root *yaml.Node) map[*yaml.Node]int {
	var order []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		order = append(order, n)
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(root)
	ends := make(map[*yaml.Node]int, len(order))
	for i, n := range order {
		if n.Kind == yaml.ScalarNode && i+1 < len(order) {
			ends[n] = order[i+1].Line
		}
	}
	return ends
}

type builder struct {
	*checker
	count  int
	within map[*yaml.Node]bool // anchors that are being filled in
}

// stop is an error that leaves no tree.
type stop struct {
	at   *yaml.Node
	text string
}

func (b *builder) build(n *yaml.Node, depth int) (*value, *stop) {
	if b.count++; b.count > maxNodes {
		return nil, &stop{n, "there are more values than any workflow has, perhaps by aliases of aliases: write out what is meant"}
	}
	if depth > maxDepth {
		return nil, &stop{n, fmt.Sprintf("lists and mappings are nested deeper than %d here", maxDepth)}
	}
	v := &value{line: max(1, n.Line), column: max(1, n.Column)}
	switch n.Kind {
	case yaml.AliasNode:
		if b.within[n.Alias] {
			return nil, &stop{n, "this alias stands for something that holds itself: write out what is meant"}
		}
		b.within[n.Alias] = true
		defer delete(b.within, n.Alias)
		return b.build(n.Alias, depth)
	case yaml.ScalarNode:
		return v, b.scalar(v, n)
	case yaml.SequenceNode:
		v.kind = list
		for _, child := range n.Content {
			item, err := b.build(child, depth+1)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, item)
		}
	case yaml.MappingNode:
		v.kind = mapping
		if err := b.entries(v, n, depth); err != nil {
			return nil, err
		}
	}
	switch tag := n.ShortTag(); {
	case n.Style&yaml.TaggedStyle == 0, tag == "!!map" && v.kind == mapping, tag == "!!seq" && v.kind == list:
	default:
		return nil, &stop{n, fmt.Sprintf("the tag %s cannot stand here: remove it", tag)}
	}
	return v, nil
}

func (b *builder) scalar(v *value, n *yaml.Node) *stop {
	v.text, v.block = n.Value, n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	v.source = n
	v.kind = text
	if n.Style&yaml.TaggedStyle == 0 {
		if n.Style == 0 && (n.Value == "<<" || n.Value == "=") {
			return &stop{n, fmt.Sprintf("%s stands for nothing here: put it in quotes", n.Value)}
		}
		if n.Style == 0 {
			v.resolve()
		}
		if v.kind == date && !isDate(v.text) {
			return &stop{n, "there is no such date: put it in quotes"}
		}
		if v.kind == integer && len(v.text) > 2 && strings.Trim(v.text[2:], "_") == "" && strings.ContainsAny(v.text, "bx") {
			return &stop{n, "a number without digits: put it in quotes"}
		}
		return nil
	}
	tag := n.ShortTag()
	want, known := map[string]kind{"!!str": text, "!!null": null, "!!bool": boolean, "!!int": integer, "!!float": number}[tag]
	if known && want != text {
		v.resolve()
		if v.kind == integer && want == number {
			v.kind = number
		}
	}
	if !known || v.kind != want {
		return &stop{n, fmt.Sprintf("the tag %s cannot stand here: remove it", tag)}
	}
	return nil
}

// entries builds the entries of a mapping. Keys that are merged (<<) give way to its own.
func (b *builder) entries(v *value, n *yaml.Node, depth int) *stop {
	type identity struct {
		kind kind
		text string
	}
	v.entries = make([]entry, 0, len(n.Content)/2)
	places := make(map[identity]int, len(n.Content)/2)
	var merged []*value
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, child := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.ScalarNode && k.Value == "<<" && (k.Style == 0 || k.ShortTag() == "!!merge") {
			from, err := b.build(child, depth+1)
			if err != nil {
				return err
			}
			merged = append(merged, from)
			continue
		}
		if k.Style == 0 && k.Value == "=" { // a text as a key
			k.Style = yaml.SingleQuotedStyle
		}
		key, err := b.build(k, depth+1)
		if err != nil {
			return err
		}
		if key.kind == null && key.text == "" {
			return &stop{k, "a key is missing before this colon: write one, or remove the line"}
		}
		if key.kind == list || key.kind == mapping {
			return &stop{k, "a list or a mapping stands here for a key: put a text that begins with a bracket or a brace in quotes"}
		}
		content, err := b.build(child, depth+1)
		if err != nil {
			return err
		}
		same := identity{key.kind, key.text}
		if at, twice := places[same]; twice {
			b.errorAt(key, "YAML", "the key %s is there already, in line %d, and the platform would drop that one without a word: keep one of them", key.text, v.entries[at].key.line)
			v.entries[at] = entry{key.text, key, content} // as the platform does
			continue
		}
		places[same] = len(v.entries)
		v.entries = append(v.entries, entry{key.text, key, content})
	}
	if merged == nil {
		return nil
	}
	return b.merge(v, merged)
}

func (b *builder) merge(v *value, merged []*value) *stop {
	names := make(map[string]bool, len(v.entries))
	for _, e := range v.entries {
		names[e.name] = true
	}
	for len(merged) > 0 {
		from := merged[0]
		merged = merged[1:]
		switch from.kind {
		case list:
			if len(from.items) > 0 && from.items[0].kind == mapping {
				merged = append(append([]*value{}, from.items...), merged...)
				continue
			}
			fallthrough
		default:
			b.errorAt(from, "YAML", "<< takes the keys of a mapping, or of a list of them: here is %s", from.describe())
		case mapping:
			for _, e := range from.entries {
				if !names[e.name] {
					names[e.name] = true
					v.entries = append(v.entries, e)
				}
			}
		}
	}
	return nil
}

// markOpen marks the values that a file that is being written may go on within.
func markOpen(v *value) {
	for v != nil {
		v.open = true
		switch {
		case len(v.items) > 0:
			v = v.items[len(v.items)-1]
		case len(v.entries) > 0: // those that are merged stand behind its own
			v = slices.MaxFunc(v.entries, func(a, b entry) int {
				return cmp.Or(a.key.line-b.key.line, a.key.column-b.key.column)
			}).value
		default:
			v = nil
		}
	}
}
