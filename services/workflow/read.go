package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

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
