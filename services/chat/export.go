package chat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"agents-tray/services/chat/history"
)

// export responds with a conversation as a file: Markdown of what is shown, or JSON of all
// of it, versions included.
func (c *chat) export(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	conversation, err := c.file.Conversation(id)
	if err != nil {
		c.refuse(w, err)
		return
	}
	name := strings.TrimSuffix(workflowFileName(conversation.Title), ".yaml")
	if r.URL.Query().Get("format") == "json" {
		messages, err := c.file.AllMessages(id)
		if err != nil {
			c.refuse(w, err)
			return
		}
		attach(w, "application/json", name+".json")
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(exported(conversation, messages)) // fails only when the client has left
		return
	}
	messages, err := c.thread(id)
	if err != nil {
		c.refuse(w, err)
		return
	}
	attach(w, "text/markdown; charset=utf-8", name+".md")
	_, _ = w.Write([]byte(exportMarkdown(conversation, messages))) // fails only when the client has left
}

type exportedConversation struct {
	ID           string            `json:"id"`
	Title        string            `json:"title"`
	Updated      time.Time         `json:"updated"`
	Model        string            `json:"model,omitempty"`
	Instructions string            `json:"instructions,omitempty"`
	Workflow     bool              `json:"workflow,omitempty"`
	Messages     []exportedMessage `json:"messages"`
}

type exportedMessage struct {
	ID        int64     `json:"id"`
	Parent    int64     `json:"parent"` // 0 for the first
	Shown     bool      `json:"shown"`  // of the versions of one parent
	Role      string    `json:"role"`
	Text      string    `json:"text"`
	Reasoning string    `json:"reasoning,omitempty"`
	State     string    `json:"state"`
	Problem   *problem  `json:"problem,omitempty"`
	Model     string    `json:"model,omitempty"`
	Created   time.Time `json:"created"`
	Omitted   bool      `json:"omitted,omitempty"` // not sent to the model
}

func exported(conversation history.Conversation, messages []history.Message) exportedConversation {
	e := exportedConversation{
		ID: conversation.ID, Title: conversation.Title, Updated: conversation.Updated.UTC(),
		Model: conversation.Model, Instructions: conversation.Instructions, Workflow: conversation.Workflow,
		Messages: []exportedMessage{},
	}
	for _, m := range messages {
		e.Messages = append(e.Messages, exportedMessage{
			ID: m.ID, Parent: m.Parent, Shown: m.Chosen, Role: string(m.Role), Text: m.Text, Reasoning: m.Reasoning,
			State: string(m.State), Problem: m.Problem, Model: m.Model, Created: m.Created.UTC(), Omitted: m.Omitted,
		})
	}
	return e
}

func exportMarkdown(conversation history.Conversation, messages []history.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", conversation.Title)
	if conversation.Instructions != "" {
		fmt.Fprintf(&b, "\nInstructions:\n\n%s\n", quoted(conversation.Instructions))
	}
	for _, m := range messages {
		who := "You"
		text := m.Text
		if m.Role == history.Assistant {
			who = "Answer"
			if m.Model != "" {
				who += " of " + m.Model
			}
			_, text = splitThinking(text)
		}
		fmt.Fprintf(&b, "\n## %s, %s\n\n", who, m.Created.Local().Format(time.DateTime))
		if text = strings.TrimSpace(text); text != "" {
			b.WriteString(text + "\n")
		}
		if m.Problem != nil {
			fmt.Fprintf(&b, "\n%s\n", quoted(m.Problem.What))
		}
	}
	return b.String()
}

func quoted(text string) string { return "> " + strings.ReplaceAll(text, "\n", "\n> ") }
