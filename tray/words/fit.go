package words

import (
	"strings"
	"unicode"
)

// Fit cuts a text to so many UTF-16 units, which is how Windows counts; a letter that takes the
// room of two, as those of Chinese, counts as two. The cut is in the
// middle, with a mark: a name at the beginning and what is said of it at the end both stay.
func Fit(text string, limit int) string {
	if units(text) <= limit {
		return text
	}
	head := start(text, limit/2)
	tail := []rune(text[len(head):])
	left := limit - 1 - units(head)
	from := len(tail)
	for from > 0 && left >= unitsOf(tail[from-1]) {
		from--
		left -= unitsOf(tail[from])
	}
	return strings.TrimRight(head, " ") + "…" + strings.TrimLeft(string(tail[from:]), " ")
}

// start is as much of the beginning of a text as takes so many units.
func start(text string, limit int) string {
	n := 0
	for i, r := range text {
		if n += unitsOf(r); n > limit {
			return text[:i]
		}
	}
	return text
}

func units(text string) (n int) {
	for _, r := range text {
		n += unitsOf(r)
	}
	return n
}

func unitsOf(r rune) int {
	if r > 0xffff || unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
		return 2
	}
	return 1
}
