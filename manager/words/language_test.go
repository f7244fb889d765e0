package words

import (
	"strings"
	"testing"
)

func TestTheLanguageIsTheFirstThatIsSpoken(t *testing.T) {
	for locales, want := range map[string]Language{
		"":                   English,
		"de_DE.UTF-8":        German,
		"de":                 German,
		"de-AT":              German,
		"de@euro":            German,
		"fr_FR en_US":        English,
		"fr_FR de_CH.UTF-8":  German,
		"en_GB.UTF-8 de_DE":  English,
		"C":                  English,
		"delaware_something": English,
	} {
		if got := first(strings.Fields(locales)); got != want {
			t.Errorf("%q is %v, want %v", locales, got, want)
		}
	}
}
