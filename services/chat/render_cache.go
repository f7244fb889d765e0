package chat

import (
	"html/template"
	"sync"

	"agents-tray/services/chat/markdown"
)

// maxRenderCache bounds what is kept of cache texts, in bytes.
const maxRenderCache = 8 << 20

// renderCache keeps the HTML of finished texts: a long conversation is shown anew with
// each message, and only its end differs.
type renderCache struct {
	mu     sync.Mutex
	blocks map[string][]template.HTML // by text
	size   int
}

// of returns the blocks of a text, from memory if they were asked for before.
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
		r.blocks, r.size = make(map[string][]template.HTML), size // begin again: what is needed comes back
	}
	if size <= maxRenderCache {
		r.blocks[text] = blocks
	}
	return blocks
}
