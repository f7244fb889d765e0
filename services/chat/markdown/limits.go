package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Limits of what is formatted; what is beyond them is shown as plain text, see longBlocks. They are far above
// what people read, and keep the time and the output linear in the length of the text.
const (
	maxSource  = 256 << 10 // bytes of a text
	maxNested  = 16        // lists and quotes within each other
	maxCells   = 10_000    // of a table: columns × rows
	maxColumns = 200       // of a table
	// maxReferences is how many lines a paragraph may have in which references are looked for.
	maxReferences = 1000
	// maxSteps bounds the inline parsers, for each byte of the text and as if there were
	// freeSteps more: each mark, such as "*", "[" or "<", costs the length of what follows it
	// in its paragraph, which is how far the parser may look.
	maxSteps  = 64
	freeSteps = 1 << 20
	// lineSteps is what a line costs beside its bytes.
	lineSteps = 40
	// wordSteps is what a byte of a word costs, where it may be a bare address.
	wordSteps = 8
	// maxAddress is the length of the longest bare address that becomes a link, in bytes.
	maxAddress = 2 << 10
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

// brief is the transformer that takes references out of paragraphs, for those of moderate
// length: it copies all that follows each.
type brief struct{ parser.ParagraphTransformer }

func (b brief) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if node.Lines().Len() <= maxReferences {
		b.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// expense is what the inline parsers of a text have cost so far.
type expense struct {
	steps int
	block ast.Node // the paragraph
	marks int      // of it
	word  int      // where the word that was looked at last ends
}

var expenseKey = parser.NewContextKey()

func expenseOf(pc parser.Context) *expense {
	e, _ := pc.Get(expenseKey).(*expense)
	if e == nil {
		e = &expense{}
		pc.Set(expenseKey, e)
	}
	return e
}

// over reports whether the limit of the whole text is reached.
func (e *expense) over(block text.Reader) bool {
	return e.steps > maxSteps*len(block.Source())+freeSteps
}

// bounded is an inline parser that may look to the end of the paragraph. It stops at the
// limits: its marks are text from there on.
type bounded struct{ parser.InlineParser }

func (b bounded) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	e := expenseOf(pc)
	if e.block != parent {
		e.block, e.marks = parent, 0
	}
	line, at := block.Position()
	lines := parent.Lines()
	e.steps += max(1, lines.At(lines.Len()-1).Stop-at.Start) + lineSteps*(lines.Len()-line)
	if e.marks++; e.over(block) || e.marks > maxMarks {
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

// addresses is the parser of bare addresses, which looks to the end of a word.
type addresses struct{ parser.InlineParser }

func (a addresses) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	e := expenseOf(pc)
	line, at := block.PeekLine()
	if at.Start >= e.word {
		e.word = at.Stop
		if end := bytes.IndexAny(line[min(1, len(line)):], " \t\n<"); end >= 0 {
			e.word = at.Start + 1 + end
		}
	}
	length := e.word - at.Start
	if length > maxAddress {
		return nil
	}
	if e.steps += wordSteps * length; e.over(block) {
		return nil
	}
	return a.InlineParser.Parse(parent, block, pc)
}
