package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
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
	c.lines = splitLines(string(data))
	if at, what := unprintable(c.lines); at != nil {
		c.errorAt(at, "YAML", "%s", what)
		return nil
	}
	root, err := parse(data)
	if err != nil {
		if c.growing { // the rest may put it right
			return nil
		}
		at, text := c.syntaxError(err)
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
	if at := c.strayTab(root); at != nil && !c.growing {
		c.errorAt(at, "YAML", "a tab stands here, which the platform's reader does not take outside of quotes: use spaces")
	}
	v := c.tree(root)
	if v != nil && c.growing {
		markOpen(v)
	}
	return v
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
	err = decoder.Decode(&first)
	for range maxGlued {
		at := gluedComment(data, err)
		if at < 0 {
			break
		}
		data = slices.Insert(bytes.Clone(data), at, ' ')
		decoder = yaml.NewDecoder(bytes.NewReader(data))
		first = yaml.Node{}
		err = decoder.Decode(&first)
	}
	if errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	err = decoder.Decode(&second)
	switch {
	case err == nil:
		return nil, &secondDocument{second.Line}
	case !errors.Is(err, io.EOF):
		if line := markerAfter(data, lastLine(&first)); line > 0 {
			return nil, &secondDocument{line}
		}
		return nil, err
	case len(first.Content) == 0:
		return nil, nil
	}
	return first.Content[0], nil
}

// maxGlued is how many comments without a space before them are taken.
const maxGlued = 20

// gluedComment is where a comment begins that follows a quote or a bracket without a space,
// which the platform's reader takes and the parser does not, or -1.
func gluedComment(data []byte, err error) int {
	var load *yaml.LoadError
	if !errors.As(err, &load) || !strings.Contains(load.Message, "comment without preceding whitespace") {
		return -1
	}
	at := load.Mark.Index
	for range 2 { // the mark may be behind it
		if at >= 0 && at < len(data) && data[at] == '#' {
			return at
		}
		at--
	}
	return -1
}

type secondDocument struct{ line int }

func (*secondDocument) Error() string {
	return "a second document begins here: a workflow file holds one; remove the line --- before it"
}

// lastLine is the last line on which something of a document begins.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, child := range n.Content {
		last = max(last, lastLine(child))
	}
	return last
}

// markerAfter is the first line after another that ends a document, or 0.
func markerAfter(data []byte, line int) int {
	for i, text := range splitLines(string(data)) {
		if i >= line && (strings.HasPrefix(text, "---") || strings.HasPrefix(text, "...")) {
			return i + 1
		}
	}
	return 0
}
