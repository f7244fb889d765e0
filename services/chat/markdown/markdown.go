// Package markdown makes safe HTML of what a model writes: no HTML of its own, no
// images, links to the web only, nothing that a strict content policy would refuse.
package markdown

import (
	"bytes"
	"html/template"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// converter is built by the first use, not at the start of the process.
var converter = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough, extension.Linkify, extension.TaskList,
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(safe{}, 100))),
	)
})

// Blocks renders a text to its blocks: paragraphs, lists, tables and so on, each one
// HTML element. While a text grows only its last blocks change.
func Blocks(source string) []template.HTML {
	if !withinLimits(source) {
		return []template.HTML{plain(source)}
	}
	data := []byte(source)
	document := converter().Parser().Parse(text.NewReader(data))
	var blocks []template.HTML
	for node := document.FirstChild(); node != nil; node = node.NextSibling() {
		var out bytes.Buffer
		if err := converter().Renderer().Render(&out, data, node); err != nil {
			return []template.HTML{plain(source)} // a bytes.Buffer accepts everything: not reached
		}
		if html := bytes.TrimSpace(out.Bytes()); len(html) > 0 {
			blocks = append(blocks, template.HTML(html))
		}
	}
	return blocks
}

// plain shows a text as it is.
func plain(source string) template.HTML {
	return template.HTML(`<p class="plain">` + template.HTMLEscapeString(source) + `</p>`)
}

// Limits that no sensible text reaches. Without them the parser's time grows with
// the square of the length: 40 KB of ">" or of "[a](" take it 2 s.
const (
	maxSource = 256 << 10 // bytes
	maxNested = 64        // quotes within quotes
	maxOpened = 1000      // links that are begun and not ended
)

// withinLimits reports whether a text can be rendered in a time that fits its length.
func withinLimits(source string) bool {
	if len(source) > maxSource || strings.Count(source, "](")-strings.Count(source, ")") > maxOpened {
		return false
	}
	for line := range strings.Lines(source) {
		nested := 0
		for _, c := range line {
			if c == '>' {
				nested++
			} else if c != ' ' {
				break
			}
		}
		if nested > maxNested {
			return false
		}
	}
	return true
}
