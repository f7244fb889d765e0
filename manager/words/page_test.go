package words

import "testing"

// Each text of the pages is there once, in every language, with the same values.
func TestEveryTextOfThePagesIsSaidInEveryLanguage(t *testing.T) {
	seen := map[string]bool{}
	for _, rows := range [][]text{pages[:], recordPages[:], scripts[:]} {
		for _, row := range rows {
			sameInAll(t, row.english, row)
			if seen[row.english] {
				t.Errorf("%q is there twice", row.english)
			}
			seen[row.english] = true
		}
	}
}

func TestPage(t *testing.T) {
	for _, test := range []struct{ english, german, name string }{
		{"Log of Chat", "Protokoll von Chat", "Log of {service}"},
		{"Failed", "Ausgefallen", "Failed"},
		{"Failed", "Fehlgeschlagen", "Failed|run"},
		{"Not in the table", "Not in the table", "Not in the table"},
	} {
		if said := English.Page(test.name, "{service}", "Chat"); said != test.english {
			t.Errorf("%q is %q", test.name, said)
		}
		if said := German.Page(test.name, "{service}", "Chat"); said != test.german {
			t.Errorf("%q is %q", test.name, said)
		}
	}
}
