// Package words turns what the manager tells as data (problems, exits, answers to checks,
// processes that are left) into sentences, in every language that the program speaks. The
// menu, the terminal and the pages all use it, so nothing below makes sentences for people.
//
// Tables of our own, and not golang.org/x/text/message: there are two languages and some
// hundred lines, and the program starts without the megabyte of plural rules and number
// formats.
package words

import (
	"fmt"
	"strings"
)

// Language is one that the program speaks.
type Language int

const (
	English Language = iota
	German
	Languages int = iota
)

// System returns the language that the user has chosen in the system's settings;
// English if the program does not speak it.
func System() Language { return first(preferred()) }

// first returns the first language of a list of locales ("de_DE.UTF-8", "en-GB") that
// the program speaks.
func first(locales []string) Language {
	for _, locale := range locales {
		name, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "-", "_")), "_")
		name, _, _ = strings.Cut(name, ".")
		name, _, _ = strings.Cut(name, "@") // or of a variant, as in de@euro
		switch name {
		case "de":
			return German
		case "en", "c", "posix":
			return English
		}
	}
	return English
}

// Text is something that is said in every language, with the verbs of fmt for arguments.
type Text interface{ In(Language) string }

// Say returns a text with its arguments in place.
func (l Language) Say(t Text, arguments ...any) string {
	if len(arguments) == 0 {
		return t.In(l)
	}
	return fmt.Sprintf(t.In(l), arguments...)
}

// Count is Say for a number of things: one says it for a single one and takes no number,
// many for any other.
func (l Language) Count(n int, one, many Text, arguments ...any) string {
	if n == 1 {
		return l.Say(one, arguments...)
	}
	return l.Say(many, append([]any{n}, arguments...)...)
}
