package chat

import (
	"html/template"
	"sync"

	"agents-tray/services/chat/markdown"
)

// maxRenderCache is the size of the cache, in bytes of text and HTML.
const maxRenderCache = 8 << 20

// renderCache caches the HTML of texts, since each message renders its whole conversation
// again.
type renderCache struct {
	mu     sync.Mutex
	blocks map[string][]template.HTML // by text
	size   int
}

// render returns the blocks of a text.
func (r *renderCache) render(text string) []template.HTML {
	r.mu.Lock()
	blocks, known := r.blocks[text]
	r.mu.Unlock()
	if known || text == "" {
		return blocks
	}
	blocks = markdown.Blocks(text)
	size := len(text)
	for _, block := range blocks {
		size += len(block)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size += size; r.size > maxRenderCache || r.blocks == nil {
		r.blocks, r.size = make(map[string][]template.HTML), size // full: start again
	}
	if size <= maxRenderCache {
		r.blocks[text] = blocks
	}
	return blocks
}
