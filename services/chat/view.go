package chat

import (
	"html/template"
	"time"

	"agents-tray/services/chat/history"
	"agents-tray/services/chat/markdown"
)

// messageView is a message as a page shows it.
type messageView struct {
	history.Message
	Thinking []template.HTML
	Blocks   []template.HTML
	Last     bool // it is the conversation's last
}

// viewOf renders a message.
func (r *renderCache) viewOf(m history.Message) messageView {
	if m.Role == history.User {
		return messageView{Message: m}
	}
	thinking, answer := splitThinking(m.Text)
	if m.Reasoning != "" {
		thinking = m.Reasoning
	}
	render := r.render
	if m.State == history.Writing {
		render = markdown.Blocks // not cached: the text still grows
	}
	return messageView{Message: m, Thinking: render(thinking), Blocks: render(answer)}
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

// threadView is a conversation's messages.
type threadView struct {
	Messages []messageView
}

func (r *renderCache) viewThread(messages []history.Message) threadView {
	var t threadView
	for i, m := range messages {
		v := r.viewOf(m)
		v.Last = i == len(messages)-1
		t.Messages = append(t.Messages, v)
	}
	return t
}

// Writing reports whether an answer is being written.
func (t threadView) Writing() bool {
	last := len(t.Messages) - 1
	return last >= 0 && t.Messages[last].Live()
}

// listView is the list of conversations by day.
type listView struct {
	Groups []listGroup
}

type listGroup struct {
	Title         string
	Conversations []listEntry
}

type listEntry struct {
	history.Conversation
	Here    bool // it is the one on the page
	Writing bool // an answer is being written in it
}

// list returns the list of conversations for the page of one of them ("" for none).
func (c *chat) list(here string) (listView, error) {
	conversations, err := c.file.Conversations()
	if err != nil {
		return listView{}, err
	}
	now := time.Now()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.Local)
	var view listView
	for _, conversation := range conversations {
		title := "Earlier"
		switch {
		case !conversation.Updated.Before(today):
			title = "Today"
		case !conversation.Updated.Before(today.AddDate(0, 0, -1)):
			title = "Yesterday"
		case !conversation.Updated.Before(today.AddDate(0, 0, -7)):
			title = "Last 7 days"
		}
		if last := len(view.Groups) - 1; last < 0 || view.Groups[last].Title != title {
			view.Groups = append(view.Groups, listGroup{Title: title})
		}
		group := &view.Groups[len(view.Groups)-1]
		group.Conversations = append(group.Conversations,
			listEntry{conversation, conversation.ID == here, c.generation(conversation.ID) != nil})
	}
	return view, nil
}
