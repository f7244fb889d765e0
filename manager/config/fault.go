package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"agents-tray/manager/spec"
)

// A Fault is something that is wrong at one place of the services file.
type Fault struct {
	File         string
	Line, Column int    // from 1, the column in characters
	Key          string // the path of the key, "services.web.restart.policy"; empty: the YAML is at fault
	Source       string // the line
	Err          error  // most often a *spec.Mistake
}

// Mistakes are all that is wrong with a services file, in its order.
type Mistakes struct {
	File   string
	Faults []*Fault // at least one
}

// maxFaults is how many of them an error tells of.
const maxFaults = 100

// Error tells of the data; see Explain for what people read.
func (m *Mistakes) Error() string { return m.explain(data{}) }

// Language makes sentences; words.Language does.
type Language interface {
	Mistake(error) string
	MoreMistakes(n int) string
}

// Explain says what an error of Load or Check says, in a language: each mistake with its place,
// the line in which it is and a caret below.
func Explain(err error, l Language) string {
	var lines []string
	for _, err := range flat(err) {
		var mistake *spec.Error
		if mistakes, ok := err.(*Mistakes); ok {
			lines = append(lines, mistakes.explain(l))
		} else if errors.As(err, &mistake) {
			lines = append(lines, mistake.In(l.Mistake))
		} else {
			lines = append(lines, l.Mistake(err))
		}
	}
	return strings.Join(lines, "\n")
}

func (m *Mistakes) explain(l Language) string {
	var lines []string
	for i, fault := range m.Faults {
		if i == maxFaults {
			lines = append(lines, m.File+": "+l.MoreMistakes(len(m.Faults)-i))
			break
		}
		lines = append(lines, fault.explain(l))
	}
	return strings.Join(lines, "\n")
}

// data is the language of logs and tests.
type data struct{}

func (data) Mistake(err error) string  { return err.Error() }
func (data) MoreMistakes(n int) string { return fmt.Sprint("mistakes more: ", n) }

func (m *Mistakes) Unwrap() []error {
	errs := make([]error, len(m.Faults))
	for i, fault := range m.Faults {
		errs[i] = fault
	}
	return errs
}

// Text says what is wrong, without the place.
func (f *Fault) Text(l Language) string {
	if f.Key == "" {
		return l.Mistake(f.Err)
	}
	return f.shownKey() + ": " + l.Mistake(f.Err)
}

// maxKey is how much of a key's path a message shows, in characters.
const maxKey = 100

func (f *Fault) shownKey() string {
	if key := []rune(f.Key); len(key) > maxKey {
		return string(key[:maxKey]) + "…"
	}
	return f.Key
}

func (f *Fault) Unwrap() error { return f.Err }

func (f *Fault) Error() string { return f.explain(data{}) }

func (f *Fault) explain(l Language) string {
	before, rest := f.excerpt()
	number := fmt.Sprint(f.Line)
	return fmt.Sprintf("%s:%d:%d: %s\n  %s | %s%s\n  %*s | %s^",
		f.File, f.Line, f.Column, f.Text(l), number, before, rest, len(number), "", strings.Map(blank, before))
}

// excerpt is what a screen takes of the line, before the place and from there on.
func (f *Fault) excerpt() (before, rest string) {
	line := []rune(strings.Map(printable, f.Source))
	at := min(f.Column-1, len(line))
	from, to := 0, len(line)
	if len(line) > 100 {
		from, to = max(0, at-40), min(len(line), at+60)
	}
	before, rest = string(line[from:at]), string(line[at:to])
	if from > 0 {
		before = "…" + before
	}
	if to < len(line) {
		rest += "…"
	}
	return before, rest
}

func printable(r rune) rune {
	if r == '\t' || unicode.IsPrint(r) {
		return r
	}
	return '·'
}

func blank(r rune) rune {
	if r == '\t' {
		return r
	}
	return ' '
}
