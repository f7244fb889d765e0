package config

import (
	"fmt"
	"strings"
	"unicode"
)

// A Fault is something that is wrong at one place of the services file. Its text has
// the line in which it is, with a caret below the place.
type Fault struct {
	File         string
	Line, Column int    // from 1, the column in characters
	Key          string // the path of the key, "services.web.restart.policy"; empty: the YAML is at fault
	Source       string // the line
	Err          error
}

// Mistakes are all that is wrong with a services file, in its order.
type Mistakes struct {
	File   string
	Faults []*Fault // at least one
}

// maxFaults is how many of them an error tells of.
const maxFaults = 100

func (m *Mistakes) Error() string {
	var lines []string
	for i, fault := range m.Faults {
		if i == maxFaults {
			lines = append(lines, fmt.Sprintf("%s: more errors: %d", m.File, len(m.Faults)-i))
			break
		}
		lines = append(lines, fault.Error())
	}
	return strings.Join(lines, "\n")
}

func (m *Mistakes) Unwrap() []error {
	errs := make([]error, len(m.Faults))
	for i, fault := range m.Faults {
		errs[i] = fault
	}
	return errs
}

// Text says what is wrong, without the place.
func (f *Fault) Text() string {
	if f.Key == "" {
		return f.Err.Error()
	}
	return f.Key + ": " + f.Err.Error()
}

func (f *Fault) Unwrap() error { return f.Err }

func (f *Fault) Error() string {
	before, rest := f.excerpt()
	number := fmt.Sprint(f.Line)
	return fmt.Sprintf("%s:%d:%d: %s\n  %s | %s%s\n  %*s | %s^",
		f.File, f.Line, f.Column, f.Text(), number, before, rest, len(number), "", strings.Map(blank, before))
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
