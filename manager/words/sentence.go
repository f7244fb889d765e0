package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence gives the words of an error a capital and, where they end in no mark of their
// own, a full stop.
func Sentence(words string) string {
	words = Capital(words)
	if words == "" || strings.ContainsAny(words[len(words)-1:], ".!?") {
		return words
	}
	return words + "."
}

// Capital makes the first letter a capital.
func Capital(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + words[size:]
}
