// Package markdown makes safe HTML of a model's text: HTML in it is shown as text, images are
// links, links lead to the web only, and nothing needs more than a strict content policy.
package markdown

import (
	"bufio"
	"bytes"
	"html/template"
	"sync"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A converter is built by the first use, not at the start of the process.
type converter struct {
	parser.Parser
	renderer.Renderer
}

var convert = sync.OnceValue(func() converter {
	table := extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	return converter{
		parser.NewParser(
			parser.WithBlockParsers(
				util.Prioritized(parser.NewSetextHeadingParser(), 100),
				util.Prioritized(parser.NewThematicBreakParser(), 200),
				util.Prioritized(shallow{parser.NewListParser()}, 300),
				util.Prioritized(parser.NewListItemParser(), 400),
				util.Prioritized(parser.NewCodeBlockParser(), 500),
				util.Prioritized(parser.NewATXHeadingParser(), 600),
				util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
				util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
				util.Prioritized(parser.NewHTMLBlockParser(), 900),
				util.Prioritized(parser.NewParagraphParser(), 1000),
			),
			parser.WithInlineParsers(
				util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
				util.Prioritized(bounded{parser.NewCodeSpanParser()}, 100),
				util.Prioritized(bounded{parser.NewLinkParser()}, 200),
				util.Prioritized(bounded{parser.NewAutoLinkParser()}, 300),
				util.Prioritized(bounded{parser.NewRawHTMLParser()}, 400),
				util.Prioritized(bounded{parser.NewEmphasisParser()}, 500),
				util.Prioritized(bounded{extension.NewStrikethroughParser()}, 500),
				util.Prioritized(addresses{extension.NewLinkifyParser()}, 999),
			),
			parser.WithParagraphTransformers(
				util.Prioritized(brief{parser.LinkReferenceParagraphTransformer}, 100),
				util.Prioritized(small{extension.NewTableParagraphTransformer()}, 200),
			),
			parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
		),
		renderer.NewRenderer(renderer.WithNodeRenderers(
			util.Prioritized(safe{}, 100),
			util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
			util.Prioritized(table, 500),
			util.Prioritized(html.NewRenderer(), 1000),
		)),
	}
})

// Blocks renders a text to its blocks (paragraphs, lists, tables and so on), each one HTML
// element. While a text grows only its last blocks change.
func Blocks(source string) []template.HTML {
	if len(source) > maxSource {
		return longBlocks(source)
	}
	data := []byte(source)
	document := convert().Parse(text.NewReader(data))
	var blocks []template.HTML
	size := 0
	var out bytes.Buffer
	buffered := bufio.NewWriter(&out) // the renderer would make one for each block
	for node := document.FirstChild(); node != nil; node = node.NextSibling() {
		out.Reset()
		buffered.Reset(&out)
		if err := convert().Render(buffered, data, node); err != nil {
			return []template.HTML{plain(source)} // not reached: writing to a bytes.Buffer does not fail
		}
		if size += out.Len(); size > maxHTML(len(source)) {
			return []template.HTML{plain(source)}
		}
		if html := bytes.TrimSpace(out.Bytes()); len(html) > 0 {
			blocks = append(blocks, template.HTML(html))
		}
	}
	return blocks
}

// plain renders a text without formatting.
func plain(source string) template.HTML {
	return template.HTML(`<p class="plain">` + template.HTMLEscapeString(source) + `</p>`)
}
