package words

import (
	"errors"
	"regexp"
	"slices"
	"testing"

	"agents-tray/manager/spec"
)

// placeholders are the names in braces that stand for values.
var placeholders = regexp.MustCompile(`\{(?:[a-z]+)\}`)

// Each kind of mistake that there is, by the source of package spec, is said in every language,
// with the same values.
func TestEveryMistakeIsSaidInEveryLanguage(t *testing.T) {
	kinds := constants(t, "../spec/mistake.go", "MistakeKind")
	var said []string
	for _, row := range mistakes {
		sameInAll(t, string(row.kind), row.text)
		said = append(said, string(row.kind))
	}
	slices.Sort(kinds)
	slices.Sort(said)
	if !slices.Equal(said, kinds) {
		t.Errorf("the table has %q, there are %q", said, kinds)
	}
}

// sameInAll wants a text in every language, with the same values.
func sameInAll(t *testing.T, what string, row text) {
	t.Helper()
	if row.english == "" || row.german == "" {
		t.Errorf("%s is not said in every language: %+v", what, row)
	}
	names := func(text string) []string {
		found := placeholders.FindAllString(text, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	if !slices.Equal(names(row.english), names(row.german)) {
		t.Errorf("%s has other values in German: %q, %q", what, row.english, row.german)
	}
}

func TestAMistakeInAMistake(t *testing.T) {
	wrong := spec.Wrong(spec.Expected, "{what}", spec.Wrong(spec.AWholeNumber, "{least}", 1, "{most}", 9), "{found}", spec.Wrong(spec.Nothing))
	for language, want := range map[Language]string{
		English: "expected a whole number from 1 to 9, not nothing",
		German:  "erwartet wird eine ganze Zahl von 1 bis 9, nicht nichts",
	} {
		if said := language.Mistake(&spec.Error{Service: "web", Err: wrong}); said != want {
			t.Errorf("it says %q", said)
		}
	}
	if said := German.Mistake(errors.New("disk full")); said != "disk full" {
		t.Errorf("of the system's it says %q", said)
	}
}
