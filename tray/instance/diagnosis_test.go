package instance

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// One line of a megabyte once made a diagnosis that no message takes.
func TestLinesOfADiagnosisAreCut(t *testing.T) {
	for line, want := range map[string]string{
		"":                                 "",
		strings.Repeat("a", 500):           strings.Repeat("a", 500),
		strings.Repeat("a", 1<<20):         strings.Repeat("a", 500) + "… [1048076 bytes more]",
		strings.Repeat("a", 499) + "ä and": strings.Repeat("a", 499) + "… [5 bytes more]",
	} {
		if got := cut(line); got != want || !utf8.ValidString(got) {
			t.Errorf("%d bytes became %q", len(line), got)
		}
	}
}
