package markdown

import (
	"html/template"
	"strings"

	"github.com/yuin/goldmark/util"
)

// A text of more than maxSource bytes is shown as plain text, but for its blocks of code.

// maxPlain is how long one block of plain text becomes, in bytes and a line.
const maxPlain = 16 << 10

// part is a piece of a long text: some lines, or what stands between fences.
type part struct {
	text     string
	code     bool
	language string
}

// parts splits a long text.
func parts(source string) (list []part) {
	var text strings.Builder
	end := func(p part) {
		if p.text = text.String(); p.code || strings.TrimSpace(p.text) != "" {
			list = append(list, p)
		}
		text.Reset()
	}
	fence, within := "", part{code: true}
	for line := range strings.Lines(source) {
		marks, info := fenceOf(line)
		switch {
		case fence == "" && marks != "":
			end(part{})
			fence, within.language = marks, firstWord(info)
			continue
		case fence != "" && strings.HasPrefix(marks, fence) && info == "":
			end(within)
			fence = ""
			continue
		}
		text.WriteString(line)
		if fence == "" && text.Len() >= maxPlain {
			end(part{})
		}
	}
	if fence != "" {
		end(within) // it is being written, or was cut
	} else {
		end(part{})
	}
	return list
}

// fenceOf returns the marks of a line that is a fence, such as "```", and what follows them.
func fenceOf(line string) (marks, info string) {
	line = strings.TrimSpace(line)
	for _, mark := range []string{"`", "~"} {
		rest := strings.TrimLeft(line, mark)
		if n := len(line) - len(rest); n >= 3 && !(mark == "`" && strings.Contains(rest, mark)) {
			return line[:n], strings.TrimSpace(rest)
		}
	}
	return "", ""
}

func firstWord(info string) string {
	word, _, _ := strings.Cut(info, " ")
	return word
}

// longBlocks is Blocks for a long text.
func longBlocks(source string) (blocks []template.HTML) {
	size := 0
	for _, p := range parts(source) {
		html := plain(p.text)
		if p.code {
			html = template.HTML(codeStart(p.language, true) + string(util.EscapeHTML([]byte(p.text))) + codeEnd)
		}
		if size += len(html); size > maxHTML(len(source)) {
			return []template.HTML{plain(source)}
		}
		blocks = append(blocks, html)
	}
	return blocks
}

// longFences is Fences for a long text.
func longFences(source string) (list []Fence) {
	all := parts(source)
	for i, p := range all {
		if p.code {
			list = append(list, Fence{strings.ToLower(p.language), p.text, i == len(all)-1})
		}
	}
	return list
}
