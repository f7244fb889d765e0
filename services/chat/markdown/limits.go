package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Limits of what is formatted; what is beyond them is shown as plain text. They are far above
// what people read, and keep the time and the output linear in the length of the text.
const (
	maxSource  = 256 << 10 // bytes of a text
	maxNested  = 16        // lists and quotes within each other
	maxCells   = 10_000    // of a table: columns × rows
	maxColumns = 200       // of a table
	// maxSteps bounds the inline parsers: each mark, such as "*", "[" or "<", costs the
	// length of what follows it in its paragraph, which is how far the parser may look.
	maxSteps = 12 << 20
	// maxMarks bounds the marks of one paragraph, which may all be pairs within each other.
	maxMarks = 2000
)

// maxHTML is how much HTML a text of so many bytes may become. More is shown as plain text.
func maxHTML(source int) int { return 16*source + 32<<10 }

// shallow is a parser of lists or quotes that lets them nest maxNested deep.
type shallow struct{ parser.BlockParser }

func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for outer := parent; outer != nil; outer = outer.Parent() {
		if kind := outer.Kind(); kind == ast.KindList || kind == ast.KindBlockquote {
			depth++
		}
	}
	if depth >= maxNested {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// small is the transformer of paragraphs to tables for those of moderate size. The parser
// gives each row the columns of the header, whatever it has itself.
type small struct{ parser.ParagraphTransformer }

func (s small) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines, columns := node.Lines(), 0
	for i := range lines.Len() {
		line := lines.At(i)
		columns = max(columns, bytes.Count(line.Value(reader.Source()), []byte("|"))+1)
	}
	if columns <= maxColumns && columns*lines.Len() <= maxCells {
		s.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// expense is what the inline parsers of a text have cost so far.
type expense struct {
	steps int
	block ast.Node // the paragraph
	marks int      // of it
}

var expenseKey = parser.NewContextKey()

// bounded is an inline parser that stops at the limits: its marks are text from there on.
type bounded struct {
	parser.InlineParser
	reach func(rest []byte) int // how far it may look; nil: to the end of the paragraph
}

func (b bounded) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	e, _ := pc.Get(expenseKey).(*expense)
	if e == nil {
		e = &expense{}
		pc.Set(expenseKey, e)
	}
	if e.block != parent {
		e.block, e.marks = parent, 0
	}
	if b.reach != nil {
		line, _ := block.PeekLine()
		e.steps += b.reach(line)
	} else {
		_, at := block.Position()
		lines := parent.Lines()
		e.steps += max(1, lines.At(lines.Len()-1).Stop-at.Start)
		e.marks++
	}
	if e.steps > maxSteps || e.marks > maxMarks {
		return nil
	}
	return b.InlineParser.Parse(parent, block, pc)
}

// CloseBlock implements parser.CloseBlocker for parsers that do.
func (b bounded) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, ok := b.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
}

// word is the length of the first word: where the parser of bare addresses stops.
func word(rest []byte) int {
	if len(rest) < 2 {
		return 1
	}
	if end := bytes.IndexAny(rest[1:], " \t\n<"); end >= 0 {
		return end + 1
	}
	return len(rest)
}
