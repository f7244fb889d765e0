package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Fence is a block of code between fences, such as ```.
type Fence struct {
	Language string // the first word after the opening fence, in lower case
	Text     string
	Last     bool // nothing follows it, as while it is being written
}

// Fences returns the blocks of code between fences, in the order in which Blocks renders
// them, as elements with the attribute data-fence.
func Fences(source string) (list []Fence) {
	if len(source) > maxSource {
		return longFences(source)
	}
	data := []byte(source)
	document := convert().Parse(text.NewReader(data))
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) { // fails only where this does
		if block, ok := node.(*ast.FencedCodeBlock); ok && entering {
			list = append(list, Fence{strings.ToLower(string(block.Language(data))), string(block.Lines().Value(data)), last(block)})
		}
		return ast.WalkContinue, nil
	})
	return list
}

// last reports whether nothing follows a node in its document.
func last(node ast.Node) bool {
	for ; node != nil; node = node.Parent() {
		if node.NextSibling() != nil {
			return false
		}
	}
	return true
}
