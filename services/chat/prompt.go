package chat

import (
	"strings"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
)

// continuePrompt asks for the rest of an answer in a way that every server understands;
// continuing the assistant's own message is not part of the protocol.
const continuePrompt = "Your last answer was interrupted. Continue it exactly where it stops: " +
	"repeat nothing, add no introduction, and keep an open code block or list open."

// conversation turns messages of the file into those of the protocol: empty answers
// are left out, thoughts are not repeated, and two messages of one side in a row
// (after a failed answer) become one, because many models insist on turns.
func toPrompt(messages []history.Message) []completion.Message {
	var list []completion.Message
	for _, m := range messages {
		text := m.Text
		if m.Role == history.Assistant {
			_, text = splitThinking(text)
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		if last := len(list) - 1; last >= 0 && list[last].Role == string(m.Role) {
			list[last].Content += "\n\n" + text
			continue
		}
		list = append(list, completion.Message{Role: string(m.Role), Content: text})
	}
	return list
}

// splitThinking parts the thoughts that some servers leave in an answer, between
// <think> and </think> at its start, from the rest. Without the end all is thought.
func splitThinking(text string) (thinking, answer string) {
	rest, found := strings.CutPrefix(strings.TrimLeft(text, " \n\t"), "<think>")
	if !found {
		return "", text
	}
	thinking, answer, _ = strings.Cut(rest, "</think>")
	return strings.TrimSpace(thinking), strings.TrimLeft(answer, " \n\t")
}
