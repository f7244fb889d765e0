// Package markdown makes safe HTML of a model's text: HTML in it is shown as text, images are
// links, links lead to the web only, and nothing needs more than a strict content policy.
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

// Blocks renders a text to its blocks (paragraphs, lists, tables and so on), each one HTML
// element. While a text grows only its last blocks change.
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
			return []template.HTML{plain(source)} // not reached: writing to a bytes.Buffer does not fail
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

// Limits of what is parsed, beyond which the parser's time grows with the square of the
// length: 40 KB of ">" or of "[a](" take 2 s.
const (
	maxSource = 256 << 10 // bytes
	maxNested = 64        // quotes within quotes
	maxOpened = 1000      // links without an end
)

// withinLimits reports whether a text is within those limits.
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
