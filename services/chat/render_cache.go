package chat

import (
	"html/template"
	"sync"

	"agents-tray/services/chat/markdown"
)

// maxRenderings bounds what is kept of rendered texts, in bytes.
const maxRenderings = 8 << 20

// renderings keeps the HTML of finished texts: a long conversation is shown anew with
// each message, and only its end differs.
type renderings struct {
	mu     sync.Mutex
	blocks map[string][]template.HTML // by text
	size   int
}

// of returns the blocks of a text, from memory if they were asked for before.
func (r *renderings) of(text string) []template.HTML {
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
	if r.size += size; r.size > maxRenderings || r.blocks == nil {
		r.blocks, r.size = make(map[string][]template.HTML), size // begin again: what is needed comes back
	}
	if size <= maxRenderings {
		r.blocks[text] = blocks
	}
	return blocks
}
