package words

import "testing"

func TestSentences(t *testing.T) {
	for words, want := range map[string]string{
		"":                      "",
		"no space left":         "No space left.",
		"übrig ist nichts":      "Übrig ist nichts.",
		"it ended. Start it.":   "It ended. Start it.",
		"is the address right?": "Is the address right?",
	} {
		if got := Sentence(words); got != want {
			t.Errorf("%q became %q, want %q", words, got, want)
		}
	}
}
