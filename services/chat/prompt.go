package chat

import (
	"strings"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
)

// continuePrompt asks for the rest of an answer. It is a message of the user because the
// protocol has no way to continue one of the assistant.
const continuePrompt = "Your last answer was interrupted. Continue it exactly where it stops: " +
	"repeat nothing, add no introduction, and keep an open code block or list open."

// omittedPrompt stands for the user's messages that were left out before an answer, because
// many models require the user to begin.
const omittedPrompt = "(Earlier messages are left out.)"

// toPrompt turns messages of the file into those of the protocol, without those omitted,
// empty answers and reasoning. Two messages of one role in a row, as after a failed answer, are
// joined, because many models require the roles to alternate.
func toPrompt(messages []history.Message) []completion.Message {
	var list []completion.Message
	for _, m := range messages {
		text := m.Text
		if m.Role == history.Assistant {
			_, text = splitThinking(text)
		}
		if m.Omitted || strings.TrimSpace(text) == "" {
			continue
		}
		if len(list) == 0 && m.Role == history.Assistant {
			list = append(list, completion.Message{Role: string(history.User), Content: omittedPrompt})
		}
		if last := len(list) - 1; last >= 0 && list[last].Role == string(m.Role) {
			list[last].Content += "\n\n" + text
			continue
		}
		list = append(list, completion.Message{Role: string(m.Role), Content: text})
	}
	return list
}
