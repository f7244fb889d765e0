package chat

import (
	_ "embed"
	"strings"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
)

// workflowInstructions tell a model what a workflow file is.
//
//go:embed workflow.md
var workflowInstructions string

// instructions is the system prompt of a conversation, or "" for none.
func instructions(o history.Options) string {
	var parts []string
	if o.Workflow {
		parts = append(parts, strings.TrimSpace(workflowInstructions))
	}
	if own := strings.TrimSpace(o.Instructions); own != "" {
		parts = append(parts, own)
	}
	return strings.Join(parts, "\n\n")
}

// promptOf is what a model is sent of a conversation: its instructions and its messages.
func promptOf(o history.Options, messages []history.Message) []completion.Message {
	var list []completion.Message
	if system := instructions(o); system != "" {
		list = append(list, completion.Message{Role: "system", Content: system})
	}
	return append(list, toPrompt(messages)...)
}
