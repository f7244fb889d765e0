package chat

import (
	"slices"
	"testing"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
)

func TestThoughtsAreFoundHoweverTheyAreMarked(t *testing.T) {
	for name, test := range map[string]struct{ text, thinking, answer string }{
		"none":                     {"Yes.", "", "Yes."},
		"the usual":                {"<think>\nhm\n</think>\n\nYes.", "hm", "Yes."},
		"while it thinks":          {"<think>\nhm", "hm", ""},
		"empty":                    {"<think>\n\n</think>\n\nYes.", "", "Yes."},
		"Gemini":                   {"<thought>hm</thought>Yes.", "hm", "Yes."},
		"Mistral":                  {"[THINK]hm[/THINK]Yes.", "hm", "Yes."},
		"Seed":                     {"<seed:think>hm</seed:think>Yes.", "hm", "Yes."},
		"Kimi":                     {"◁think▷hm◁/think▷Yes.", "hm", "Yes."},
		"gpt-oss":                  {"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes.", "hm", "Yes."},
		"without a beginning":      {"Let me see.\nhm\n</think>\n\nYes.", "Let me see.\nhm", "Yes."},
		"twice":                    {"<think>hm</think>\n<think>ho</think>\nYes.", "hm\n\nho", "Yes."},
		"an answer about the mark": {"Models write `<think>` and `</think>`.", "", "Models write `<think>` and `</think>`."},
		"code about the mark":      {"So:\n```\n<think>\n</think>\n```\n", "", "So:\n```\n<think>\n</think>\n```\n"},
	} {
		thinking, answer := splitThinking(test.text)
		if thinking != test.thinking || answer != test.answer {
			t.Errorf("%s: %q, %q", name, thinking, answer)
		}
		prompt := toPrompt([]history.Message{{Role: history.User, Text: "?"}, {Role: history.Assistant, Text: test.text, Reasoning: "hm"}})
		want := []completion.Message{{Role: "user", Content: "?"}}
		if test.answer != "" {
			want = append(want, completion.Message{Role: "assistant", Content: test.answer})
		}
		if !slices.Equal(prompt, want) {
			t.Errorf("%s: sent back %q", name, prompt)
		}
	}
}
