package markdown

import (
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// safe renders the nodes that goldmark would render differently.
type safe struct{}

func (safe) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindCodeBlock, code)
	reg.Register(ast.KindFencedCodeBlock, code)
	reg.Register(ast.KindHTMLBlock, htmlBlock)
	reg.Register(ast.KindRawHTML, rawHTML)
	reg.Register(ast.KindLink, link)
	reg.Register(ast.KindAutoLink, autoLink)
	reg.Register(ast.KindImage, image)
	reg.Register(extensionast.KindTable, table)
	reg.Register(extensionast.KindTaskCheckBox, checkBox)
}

// code renders a block of code with its language and a Copy button above.
func code(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString(codeEnd)
		return ast.WalkContinue, nil
	}
	language, isFence := "", false
	if fenced, ok := node.(*ast.FencedCodeBlock); ok {
		language, isFence = string(fenced.Language(source)), true
	}
	_, _ = w.WriteString(codeStart(language, isFence))
	lines(w, source, node)
	return ast.WalkContinue, nil
}

// codeStart and codeEnd are what is around the text of a block of code.
func codeStart(language string, isFence bool) string {
	fence := ""
	if isFence {
		fence = " data-fence"
	}
	return `<div class="code"` + fence + `><div class="code-head"><span class="cut">` + string(util.EscapeHTML([]byte(language))) +
		`</span><button type="button" class="quiet small" data-copy="code" data-keep>Copy</button></div><pre tabindex="0"><code>`
}

const codeEnd = "</code></pre></div>"

// htmlBlock renders HTML as text.
func htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<p class="plain">`)
		lines(w, source, node)
		return ast.WalkContinue, nil
	}
	if block := node.(*ast.HTMLBlock); block.HasClosure() {
		escape(w, block.ClosureLine.Value(source))
	}
	_, _ = w.WriteString("</p>")
	return ast.WalkContinue, nil
}

func rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		segments := node.(*ast.RawHTML).Segments
		for i := range segments.Len() {
			segment := segments.At(i)
			escape(w, segment.Value(source))
		}
	}
	return ast.WalkSkipChildren, nil
}

func link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	return anchor(w, string(node.(*ast.Link).Destination), entering)
}

func autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	auto := node.(*ast.AutoLink)
	target := string(auto.URL(source))
	_, _ = anchor(w, target, true)
	escape(w, auto.Label(source))
	return anchor(w, target, false)
}

// image renders an image as a link, since loading it could send the conversation to its
// server.
func image(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	for outer := node.Parent(); outer != nil; outer = outer.Parent() {
		if outer.Kind() == ast.KindLink {
			return ast.WalkContinue, nil // links do not nest: only its text
		}
	}
	target := string(node.(*ast.Image).Destination)
	if entering && node.FirstChild() == nil {
		_, _ = anchor(w, target, true)
		escape(w, []byte(target))
		return ast.WalkContinue, nil
	}
	return anchor(w, target, entering)
}

// anchor writes the tags of a link to the web, and nothing for other targets.
func anchor(w util.BufWriter, target string, entering bool) (ast.WalkStatus, error) {
	if !toWeb(target) {
		return ast.WalkContinue, nil
	}
	if !entering {
		_, _ = w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString(`<a rel="noopener noreferrer" target="_blank" href="`)
	escape(w, util.URLEscape([]byte(target), true))
	_, _ = w.WriteString(`">`)
	return ast.WalkContinue, nil
}

func toWeb(target string) bool {
	parsed, err := url.Parse(target)
	return err == nil && parsed.Host != "" && (strings.EqualFold(parsed.Scheme, "https") || strings.EqualFold(parsed.Scheme, "http"))
}

// table renders a table that scrolls by itself if it is wide.
func table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<div class="wide" tabindex="0"><table>`)
	} else {
		_, _ = w.WriteString("</table></div>")
	}
	return ast.WalkContinue, nil
}

// checkBox renders the box of a task with a name, for those who do not see whether it is
// checked.
func checkBox(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		box := `<input type="checkbox" disabled aria-label="To do"> `
		if node.(*extensionast.TaskCheckBox).IsChecked {
			box = `<input type="checkbox" checked disabled aria-label="Done"> `
		}
		_, _ = w.WriteString(box)
	}
	return ast.WalkContinue, nil
}

func lines(w util.BufWriter, source []byte, node ast.Node) {
	all := node.Lines()
	for i := range all.Len() {
		line := all.At(i)
		escape(w, line.Value(source))
	}
}

func escape(w util.BufWriter, data []byte) { _, _ = w.Write(util.EscapeHTML(data)) }
