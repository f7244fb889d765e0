package chat

import (
	"slices"
	"strings"
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
		"capitals":                 {"<THINK>hm</Think>Yes.", "hm", "Yes."},
		"spaces and attributes":    {"< think >hm</think>\n<thinking mode=\"x\">ho</thinking>Yes.", "hm\n\nho", "Yes."},
		"nested":                   {"<think>a <think>b</think> c</think>Yes.", "a <think>b</think> c", "Yes."},
		"nested and cut":           {"<think>a <think>b</think>\n\nYes.", "a <think>b", "Yes."},
		"speaks of the mark":       {"<think>They ask about `</think>`, hm</think>Yes.", "They ask about `</think>`, hm", "Yes."},
		"never closed":             {"<think>hm\n\nYes.", "hm\n\nYes.", ""},
		"a part of the mark":       {"<thi", "", ""},
		"a sign":                   {"<", "", "<"},
		"in the middle":            {"So.\n<think>\nhm\n</think>\nYes.", "hm", "So.\nYes."},
		"in the middle, open":      {"Write this:\n<think>\n", "", "Write this:\n<think>\n"},
		"an end within a line":     {"Let me see, hm.</think>\n\nYes.", "Let me see, hm.", "Yes."},
		"Hunyuan":                  {"<think>hm</think>\n<answer>\nYes.\n</answer>", "hm", "Yes."},
		"an answer in tags":        {"<answer>Yes.</answer>", "", "<answer>Yes.</answer>"},
		"Cohere":                   {"<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>", "hm", "Yes."},
		"Open WebUI":               {"<details type=\"reasoning\" done=\"true\"><summary>Thought</summary>hm</details>\nYes.", "<summary>Thought</summary>hm", "Yes."},
		"details":                  {"<details><summary>More</summary>hm</details>", "", "<details><summary>More</summary>hm</details>"},
		"gpt-oss with the end":     {"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>", "hm", "Yes."},
		"HTML":                     {"<p>Yes.</p>", "", "<p>Yes.</p>"},
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

// Whatever a model writes, its thoughts are found in a time that grows with the text.
func TestThoughtsOfAHostileModel(t *testing.T) {
	for name, text := range map[string]string{
		"never closed":         "x\n" + strings.Repeat("<think>\n", 100_000),
		"only closed":          strings.Repeat("</think>\n", 100_000),
		"closed at the end":    "x\n" + strings.Repeat("<think>\n", 100_000) + "</think>",
		"ends in quotes":       "x\n" + strings.Repeat("<think>\n`</think>`\n", 50_000),
		"opened at the end":    strings.Repeat("a\n", 400_000) + "<think>",
		"closed one by one":    strings.Repeat("<think>\n</think>\n", 50_000),
		"within each other":    strings.Repeat("<think>", 50_000) + strings.Repeat("</think>", 50_000),
		"tags that never end":  strings.Repeat("<think\n", 100_000),
		"other marks in turns": "x\n" + strings.Repeat("<think>\n[THINK]\n◁think▷\n", 30_000),
	} {
		thinking, answer := splitThinking(text)
		if len(thinking)+len(answer) > len(text) {
			t.Errorf("%s: %d and %d bytes of %d", name, len(thinking), len(answer), len(text))
		}
	}
}
