package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	"go.yaml.in/yaml/v3"
)

// The file is parsed by a port of libyaml, the parser that the platform's reader follows: it
// takes the same files, in a time that grows with their length.

// read makes the file a tree. It returns nil if there is none to check further.
func (c *checker) read(data []byte) *value {
	start := &value{line: 1, column: 1}
	if len(data) > MaxSize {
		c.errorAt(start, "YAML", "this file has more than %d MB, as no workflow does: is it the right one?", MaxSize>>20)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	c.lines = strings.Split(string(data), "\n")
	if at, what := unprintable(c.lines); at != nil {
		c.errorAt(at, "YAML", "%s", what)
		return nil
	}
	root, err := parse(data)
	if err != nil {
		if c.growing { // the rest may put it right
			return nil
		}
		at, text := c.syntaxError(data, err)
		c.errorAt(at, "YAML", "%s", text)
		return nil
	}
	if root == nil {
		if !c.growing {
			c.errorAt(start, "R3", "this file is empty: a workflow has the keys schema_version, flow, state, nodes and edges")
		}
		return nil
	}
	c.source = root
	v := c.tree(root)
	if v != nil && c.growing {
		markOpen(v)
	}
	return v
}

// unprintable finds what cannot stand in YAML at all.
func unprintable(lines []string) (at *value, what string) {
	for i, line := range lines {
		column := 0
		for rest := line; rest != ""; {
			r, size := utf8.DecodeRuneInString(rest)
			column++
			rest = rest[size:]
			switch {
			case r == utf8.RuneError && size == 1:
				return &value{line: i + 1, column: column}, "this is not UTF-8 text: save the file as UTF-8"
			case r < ' ' && r != '\t' && r != '\r', r == 0x7f, r >= 0x80 && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff:
				return &value{line: i + 1, column: column}, fmt.Sprintf("a control character (%U) stands here: remove it", r)
			}
		}
	}
	return nil, ""
}

// parse returns the content of the only document, or nil if there is none. A failure within
// the parser is an error, too.
func parse(data []byte) (root *yaml.Node, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("yaml: %v", failure)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	if err := decoder.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, &secondDocument{second.Line}
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(first.Content) == 0 {
		return nil, nil
	}
	return first.Content[0], nil
}

type secondDocument struct{ line int }

func (*secondDocument) Error() string {
	return "a second document begins here: a workflow file holds one; remove the line --- before it"
}

// complaints are those of the parser, in plain words.
var complaints = []struct{ of, words string }{
	{"cannot start any token", "a tab stands here, or a character that needs quotes: indent with spaces only, and put the text in quotes"},
	{"mapping values are not allowed", "a colon with a space after it cannot stand within this text: put the text in quotes, or indent keys alike"},
	{"did not find expected key", "this does not belong to the keys above: indent it like its neighbours, and put a text with quotes, colons or brackets in quotes"},
	{"did not find expected '-' indicator", "this is not an entry of the list above: begin it with \"- \", indented like the other entries"},
	{"did not find expected ',' or ']'", "a list in brackets is not closed, or a comma is missing: add ] or a comma"},
	{"did not find expected ',' or '}'", "a mapping in braces is not closed, or a comma is missing: add } or a comma; a text that begins with { needs quotes"},
	{"could not find expected ':'", "a key without its colon: write \"key: value\", and indent the lines of a longer text"},
	{"found unexpected end of stream", "a quote is not closed: add it at the end of the text"},
	{"unknown escape character", "a backslash in double quotes: write \\\\ for it, or use single quotes"},
	{"unknown anchor", "there is no anchor of this name above: write out what is meant"},
	{"exceeded max depth", "lists or mappings are nested too deep here"},
	{"found character that cannot start", "this text needs quotes"},
	{"undefined tag handle", "a tag that is not known: remove it, and put a text that begins with ! in quotes"},
	{"did not find expected node content", "a value is missing here, or its text needs quotes"},
	{"did not find expected alphabetic", "a text that begins with & or * needs quotes"},
	{"did not find expected whitespace or line break", "a text that begins with ! needs quotes"},
}

// locatable is how much of a broken file is read again to find the place: the parser that
// knows places takes long for more.
const locatable = 64 << 10 // bytes

// syntaxError is the place of a parser's complaint, and the complaint in plain words.
func (c *checker) syntaxError(data []byte, err error) (at *value, words string) {
	at = &value{line: 1, column: 1}
	var second *secondDocument
	if errors.As(err, &second) {
		at.line = second.line
		return at, second.Error()
	}
	words = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, found := strings.CutPrefix(words, "line "); found {
		line, rest, _ := strings.Cut(rest, ": ")
		at.line, _ = strconv.Atoi(line)
		words = rest
	}
	at.line = max(1, min(at.line, len(c.lines)))
	for _, complaint := range complaints {
		if strings.Contains(words, complaint.of) {
			words = complaint.words + " (" + words + ")"
			break
		}
	}
	if tab := tabIndented(c.lines, at.line); tab > 0 {
		return &value{line: tab, column: 1 + len(c.lines[tab-1]) - len(strings.TrimLeft(c.lines[tab-1], " "))},
			"a tab stands here: YAML is indented with spaces only"
	}
	if place := locate(data); place != nil {
		at.line, at.column = place.Line, place.Column
	}
	return at, words
}

// tabIndented returns a line indented with a tab at or near a line, or 0.
func tabIndented(lines []string, near int) int {
	for i := max(1, near-1); i <= min(len(lines), near+1); i++ {
		if line := lines[i-1]; strings.HasPrefix(strings.TrimLeft(line, " "), "\t") && strings.TrimSpace(line) != "" {
			return i
		}
	}
	return 0
}

// locate returns the place at which another parser, which tells places exactly, gives up.
func locate(data []byte) (at *token.Position) {
	defer func() {
		if recover() != nil {
			at = nil // it did not survive this text: the line alone is known
		}
	}()
	if len(data) > locatable || deep(data) {
		return nil
	}
	_, err := parser.ParseBytes(data, 0)
	var syntax interface{ GetToken() *token.Token }
	if errors.As(err, &syntax) && syntax.GetToken() != nil {
		return syntax.GetToken().Position
	}
	return nil
}

// deep reports whether brackets may be nested deeper than the other parser takes in time.
func deep(data []byte) bool {
	opened, most := 0, 0
	for _, b := range data {
		switch b {
		case '[', '{':
			opened++
			most = max(most, opened)
		case ']', '}':
			opened--
		}
	}
	return most > maxDepth
}

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
		if n.Style == 0 {
			v.resolve()
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
		key, err := b.build(k, depth+1)
		if err != nil {
			return err
		}
		if key.kind == list || key.kind == mapping {
			return &stop{k, "a list or a mapping stands here for a key: put a text that begins with a bracket or a brace in quotes"}
		}
		content, err := b.build(child, depth+1)
		if err != nil {
			return err
		}
		same := identity{key.kind, key.text}
		if line, twice := places[same]; twice {
			b.errorAt(key, "YAML", "the key %s is there already, in line %d, and the platform would drop that one without a word: keep one of them", key.text, line)
			continue
		}
		places[same] = key.line
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
		case len(v.entries) > 0:
			v = v.entries[len(v.entries)-1].value
		default:
			v = nil
		}
	}
}
