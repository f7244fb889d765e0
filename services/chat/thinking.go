package chat

import "strings"

// thoughtMarks begin and end reasoning in an answer of servers that do not separate it.
var thoughtMarks = []struct{ begin, end string }{
	{"<think>", "</think>"}, // DeepSeek, Qwen and many others
	{"<thinking>", "</thinking>"},
	{"<thought>", "</thought>"}, // Gemini
	{"<reasoning>", "</reasoning>"},
	{"[THINK]", "[/THINK]"},           // Mistral
	{"<seed:think>", "</seed:think>"}, // Seed-OSS
	{"◁think▷", "◁/think▷"},           // Kimi
	{"<|begin_of_thought|>", "<|end_of_thought|>"},
	{"<|channel|>analysis<|message|>", "<|end|>"}, // gpt-oss
}

// answerMarks stand before an answer of models that also mark that.
var answerMarks = []string{
	"<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>", "<|begin_of_solution|>",
}

// splitThinking separates the reasoning that some servers leave in an answer from the rest:
// marked passages at its start, each up to its end or, without one, all of it; and what is
// before an end that has no beginning, as of models whose prompt holds it.
func splitThinking(text string) (thinking, answer string) {
	var thoughts []string
	rest := text
	for {
		trimmed := strings.TrimLeft(rest, " \n\t\r")
		thought, after, found := cutThought(trimmed)
		if !found {
			break
		}
		if thought = strings.TrimSpace(thought); thought != "" {
			thoughts = append(thoughts, thought)
		}
		rest = strings.TrimLeft(after, " \n\t\r")
	}
	if len(thoughts) == 0 && len(rest) == len(text) {
		for _, mark := range thoughtMarks {
			before, after, found := strings.Cut(text, "\n"+mark.end+"\n")
			if found && !strings.Contains(before, mark.begin) && strings.Count(before, "```")%2 == 0 {
				return strings.TrimSpace(before), strings.TrimLeft(after, " \n\t\r")
			}
		}
	}
	for _, mark := range answerMarks {
		rest = strings.TrimPrefix(rest, mark)
	}
	return strings.Join(thoughts, "\n\n"), rest
}

// cutThought cuts a marked passage off the start of a text.
func cutThought(text string) (thought, after string, found bool) {
	for _, mark := range thoughtMarks {
		if rest, begins := strings.CutPrefix(text, mark.begin); begins {
			thought, after, _ = strings.Cut(rest, mark.end)
			return thought, after, true
		}
	}
	return "", text, false
}
