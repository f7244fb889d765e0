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
		if last := len(list) - 1; last >= 0 && list[last].Role == string(m.Role) {
			list[last].Content += "\n\n" + text
			continue
		}
		list = append(list, completion.Message{Role: string(m.Role), Content: text})
	}
	return list
}

// splitThinking separates the reasoning that some servers leave in an answer, between
// <think> and </think> at its start, from the rest. Without </think> all of it is reasoning.
func splitThinking(text string) (thinking, answer string) {
	rest, found := strings.CutPrefix(strings.TrimLeft(text, " \n\t"), "<think>")
	if !found {
		return "", text
	}
	thinking, answer, _ = strings.Cut(rest, "</think>")
	return strings.TrimSpace(thinking), strings.TrimLeft(answer, " \n\t")
}
