package words

import "strings"

// A text is said in every language. Written without the names of its fields, one without a
// language does not compile. {names} in braces stand for values; see fill.
type text struct{ english, german string }

// none says nothing.
var none text

// In returns what is said in a language.
func (t text) In(l Language) string {
	if l == German {
		return t.german
	}
	return t.english
}

// fill returns what is said in a language, with values in place of their names:
// "{port}", "7860", and so on.
func (t text) fill(l Language, values ...string) string {
	return strings.NewReplacer(values...).Replace(t.In(l))
}
