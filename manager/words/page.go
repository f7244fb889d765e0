package words

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Page is what a page says: a text of the table, named by itself in English, with values in
// place of names in braces, each after its name. What is not in the table is said in English. A
// name may go on with | and what tells it from another text that is the same in English.
func (l Language) Page(english string, values ...any) string {
	row := text{english, english}
	row.english, _, _ = strings.Cut(english, "|")
	if l != English {
		if known, ok := pageTexts()[english]; ok {
			row = known
		}
	}
	filled := make([]string, len(values))
	for i, value := range values {
		filled[i] = fmt.Sprint(value)
	}
	return row.fill(l, filled...)
}

// OnPage reports whether a text is in the table.
func OnPage(english string) bool { _, known := pageTexts()[english]; return known }

// ScriptWords is what the scripts of the pages say in a language, by what they say in English,
// which needs none.
func (l Language) ScriptWords() map[string]string {
	if l == English {
		return nil
	}
	said := map[string]string{}
	for _, row := range scripts {
		said[row.english] = row.In(l)
	}
	return said
}

// Number is a number with so many decimals.
func (l Language) Number(n float64, decimals int) string {
	said := strconv.FormatFloat(n, 'f', decimals, 64)
	if l == German {
		said = strings.Replace(said, ".", ",", 1)
	}
	return said
}

// Tag is the language as HTML names it.
func (l Language) Tag() string { return [...]string{English: "en", German: "de"}[l] }

var pageTexts = sync.OnceValue(func() map[string]text {
	all := make(map[string]text, len(pages)+len(recordPages)+len(scripts))
	for _, rows := range [][]text{pages[:], recordPages[:], scripts[:]} {
		for _, row := range rows {
			all[row.english] = row
		}
	}
	return all
})
