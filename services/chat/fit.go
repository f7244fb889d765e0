package chat

import (
	"cmp"
	"context"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
)

// How much of a model's context a conversation takes.

// estimate is about how many tokens a message has: models differ, and only their servers
// count exactly.
func estimate(text string) int { return len(text)/4 + 4 }

// tokensOf is about how many tokens of a conversation a model is sent. It learns from what
// the server has counted for the last answer.
func tokensOf(o history.Options, messages []history.Message) int {
	total := estimate(instructions(o))
	counted, estimated := 0, 0
	for _, m := range messages {
		if m.Omitted {
			continue
		}
		if m.Role == history.Assistant && m.Tokens.Read > 0 {
			counted, estimated = m.Tokens.Read, total
		}
		_, text := splitThinking(m.Text)
		total += estimate(text)
	}
	if counted > estimated/2 && counted < 2*estimated { // else it was counted before messages were omitted
		total = total * counted / max(estimated, 1)
	}
	return total
}

// fitView is that a conversation may be too long.
type fitView struct {
	Model           string
	Tokens, Context int
}

// fit reports what to say about the length of a conversation, nil for nothing.
func (c *chat) fit(o history.Options, messages []history.Message) *fitView {
	server, err := c.server()
	if err != nil {
		return nil // the page shows why
	}
	size := c.contextOf(server, o)
	tokens := tokensOf(o, messages)
	if size == 0 || tokens < size*9/10 {
		return nil
	}
	return &fitView{cmp.Or(o.Model, server.Model), tokens, size}
}

// contextOf is the size of the context of the model of a conversation, in tokens, or 0 if it
// is not known.
func (c *chat) contextOf(s serverChoice, o history.Options) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.contexts[modelKey{s.Base, cmp.Or(o.Model, s.Model)}]
}

// learnOnce asks a server for the sizes of its models' contexts, the first time that it
// answers. Without an answer they stay unknown.
func (c *chat) learnOnce(ctx context.Context, s serverChoice) {
	c.mu.Lock()
	asked := c.asked[s.Base]
	if c.asked == nil {
		c.asked = make(map[string]bool)
	}
	c.asked[s.Base] = true
	c.mu.Unlock()
	if asked {
		return
	}
	ctx, cancel := withRequestTimeout(ctx)
	defer cancel()
	if models, err := c.client.Models(ctx, s.Server); err == nil {
		c.learn(s.Base, models)
	}
}

type modelKey struct{ base, model string }

// learn keeps the sizes of contexts that a server tells with its models.
func (c *chat) learn(base string, models []completion.Model) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.contexts == nil || len(c.contexts) > 10_000 {
		c.contexts = make(map[modelKey]int)
	}
	for _, m := range models {
		if m.Context > 0 {
			c.contexts[modelKey{base, m.Name}] = m.Context
		}
	}
}
