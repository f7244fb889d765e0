package chat

import (
	"html/template"
	"strings"

	"agents-tray/services/chat/history"
	"agents-tray/services/chat/markdown"
)

// messageView is a message as a page shows it.
type messageView struct {
	history.Message
	Conversation string
	Thinking     []template.HTML
	Blocks       []template.HTML
	Workflows    []foundWorkflow
	Last         bool // it is the conversation's last
	Compare      bool // its workflows have one before them
}

// viewOf renders a message.
func (r *renderCache) viewOf(m history.Message) messageView {
	if m.Role == history.User {
		return messageView{Message: m}
	}
	thinking, answer := splitThinking(m.Text)
	if m.Reasoning != "" {
		thinking = strings.TrimSpace(m.Reasoning + "\n\n" + thinking)
	}
	answer = fenced(answer)
	if m.State == history.Writing { // not cached: the text still grows
		now := renderText(answer, true)
		return messageView{Message: m, Thinking: markdown.Blocks(thinking), Blocks: now.blocks, Workflows: now.workflows}
	}
	now := r.render(answer)
	return messageView{Message: m, Thinking: r.render(thinking).blocks, Blocks: now.blocks, Workflows: now.workflows}
}

// IsUser reports whether the message is the user's.
func (m messageView) IsUser() bool { return m.Role == history.User }

// Live reports whether it is being written.
func (m messageView) Live() bool { return m.State == history.Writing }

// Unfinished reports whether there is text that can be continued.
func (m messageView) Unfinished() bool {
	switch m.State {
	case history.Stopped, history.Interrupted, history.Truncated, history.Failed:
		return len(m.Blocks) > 0
	}
	return false
}

// TooLong reports whether the answer failed because the conversation is too long.
func (m messageView) TooLong() bool {
	return m.Problem != nil && (m.Problem.What == tooLong || strings.HasPrefix(m.Problem.What, "The request is too large for "))
}

// Others reports whether there are other versions of the message.
func (m messageView) Others() bool { return m.Versions > 1 }

// threadView is a conversation's messages.
type threadView struct {
	Messages []messageView
	Earlier  int      // how many messages there are before them
	More     int      // how many to show for the next ones
	Fit      *fitView // nil if it fits, as far as is known
}

// shownAtFirst is how many messages of a conversation a page shows at first, and how many
// more it shows each time that its beginning is reached.
const shownAtFirst = 200

// viewThread renders the last messages of a conversation, at most limit.
func (c *chat) viewThread(conversation history.Conversation, messages []history.Message, limit int) threadView {
	t := threadView{Fit: c.fit(conversation.Options, messages), Earlier: max(len(messages)-limit, 0), More: limit + shownAtFirst}
	workflows := false
	for i, m := range messages {
		if i < t.Earlier {
			workflows = workflows || m.Role == history.Assistant && strings.Contains(m.Text, "schema_version")
			continue
		}
		v := c.cache.viewOf(m)
		v.Conversation, v.Last, v.Compare = conversation.ID, i == len(messages)-1, workflows || m.Versions > 1
		workflows = workflows || len(v.Workflows) > 0
		t.Messages = append(t.Messages, v)
	}
	return t
}

// Writing reports whether an answer is being written.
func (t threadView) Writing() bool {
	last := len(t.Messages) - 1
	return last >= 0 && t.Messages[last].Live()
}
