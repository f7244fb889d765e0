package chat

import (
	"html/template"
	"sync"

	"agents-tray/services/chat/markdown"
)

// maxRenderCache is the size of the cache, in bytes of text and HTML.
const maxRenderCache = 8 << 20

// rendered is a text as pages show it.
type rendered struct {
	blocks    []template.HTML
	workflows []foundWorkflow
}

// renderText renders a text that is an answer, or a part of one while it is written.
func renderText(text string, writing bool) rendered {
	return rendered{markdown.Blocks(text), workflowsIn(text, writing)}
}

// renderCache caches the HTML of texts, since each message renders its whole conversation
// again.
type renderCache struct {
	mu    sync.Mutex
	texts map[string]rendered
	size  int
}

// render renders a text that will not change.
func (r *renderCache) render(text string) rendered {
	r.mu.Lock()
	known, ok := r.texts[text]
	r.mu.Unlock()
	if ok || text == "" {
		return known
	}
	made := renderText(text, false)
	size := len(text)
	for _, block := range made.blocks {
		size += len(block)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size += size; r.size > maxRenderCache || r.texts == nil {
		r.texts, r.size = make(map[string]rendered), size // full: start again
	}
	if size <= maxRenderCache {
		r.texts[text] = made
	}
	return made
}
