package manager

import (
	"testing"

	"agents-tray/manager/guard"
)

func TestExitsInWords(t *testing.T) {
	for _, test := range []struct {
		exit  guard.Exited
		asked bool
		want  string
	}{
		{guard.Exited{Code: 0}, false, "ended by itself (exit 0)"},
		{guard.Exited{Code: 3}, false, "ended with an error (exit 3)"},
		{guard.Exited{Code: 126}, false, "could not be executed (exit 126: found, but not a program that can run)"},
		{guard.Exited{Code: 127}, false, "did not find a command (exit 127: command not found)"},
		{guard.Exited{Code: 137}, false, "ended because a program in it was ended by SIGKILL (exit 137)"},
		{guard.Exited{Code: -1, Signal: "SIGKILL"}, false, "was killed (SIGKILL), by somebody or by the system for lack of memory"},
		{guard.Exited{Code: -1, Signal: "SIGKILL", OutOfMemory: true}, false, "was killed by the system: out of memory (SIGKILL)"},
		{guard.Exited{Code: -1, Signal: "SIGSEGV"}, false, "crashed (SIGSEGV)"},
		{guard.Exited{Code: -1, Signal: "SIGTERM"}, false, "was told to stop by another program (SIGTERM)"},
		{guard.Exited{Code: -1, Signal: "SIGTERM"}, true, "was stopped"},
		{guard.Exited{Code: -1, Signal: "SIGKILL"}, true, "did not stop in time and was killed"},
		{guard.Exited{Code: 0x40010004}, false, "was ended by the system shutting down"},
		{guard.Exited{Code: 0xC000013A}, true, "was stopped"},
		{guard.Exited{Code: 0xC000013A}, false, "was told to stop by another program (exit 0xC000013A)"},
		{guard.Exited{Code: 0xC0000005}, false, "crashed (exit 0xC0000005)"},
	} {
		if got := exitWords(&test.exit, test.asked); got != test.want {
			t.Errorf("%+v: it %s, want %s", test.exit, got, test.want)
		}
	}
}

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
