// Package words holds what the tray says, in every language it speaks, in one table.
//
// A table of our own, and not golang.org/x/text/message: there are two languages and
// seventy lines, a key that is missing does not compile, and the program starts without
// the megabyte of plural rules and number formats.
package words

import (
	"fmt"
	"strings"
	"time"
)

// Language is one that the program speaks.
type Language int

const (
	English Language = iota
	German
	languages int = iota
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
		switch name {
		case "de":
			return German
		case "en", "c", "posix":
			return English
		}
	}
	return English
}

// Say returns what key says, with its arguments in place.
func (l Language) Say(key Key, arguments ...any) string {
	if len(arguments) == 0 {
		return table[key].text[l]
	}
	return fmt.Sprintf(table[key].text[l], arguments...)
}

// Count is Say for a number of things: one says it for a single one and takes no
// number, many for any other.
func (l Language) Count(n int, one, many Key, arguments ...any) string {
	if n == 1 {
		return l.Say(one, arguments...)
	}
	return l.Say(many, append([]any{n}, arguments...)...)
}

// Duration says a duration as people do: "800 ms", "2 s", "2 min 5 s". The units are
// the same in every language so far.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
	}
	d = d.Round(time.Second)
	text := fmt.Sprintf("%d min", int(d.Minutes()))
	if s := int(d.Seconds()) % 60; s > 0 {
		text += fmt.Sprintf(" %d s", s)
	}
	return text
}

// Clock says at what time of day something is.
func Clock(t time.Time) string { return t.Local().Format("15:04") }

// Fit cuts a text to so many UTF-16 units, which is how Windows counts, and marks the
// cut.
func Fit(text string, units int) string {
	cut, n := 0, 0
	for i, r := range text {
		size := 1
		if r > 0xffff {
			size = 2
		}
		if n+size > units {
			return text[:cut] + "…"
		}
		n += size
		if n < units {
			cut = i + len(string(r)) // there is room for the mark after it
		}
	}
	return text
}
