package dashboard

import (
	"errors"
	"net/url"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/manager/words"
)

const (
	maxFilter = 500 // bytes of what is searched for
	maxMarks  = 50  // in one line
)

// A logFilter says which lines are wanted.
type logFilter struct {
	form   *regexp.Regexp // nil: any text
	stream string         // empty: any
}

// parseLogFilter reads match=TEXT, regexp=1 and stream=err. Case does not matter unless
// the expression says so, as in (?-i). The error is a Problem.
func parseLogFilter(values url.Values) (f logFilter, problem *control.Problem) {
	f.stream = values.Get("stream")
	text := values.Get("match")
	if text == "" {
		return f, nil
	}
	if len(text) > maxFilter {
		return f, &control.Problem{What: say("The filter is too long."), Now: say("Give at most 500 characters.")}
	}
	if values.Get("regexp") == "" {
		text = regexp.QuoteMeta(text)
	}
	form, err := regexp.Compile("(?i)" + text)
	if err != nil {
		why := err.Error()
		if fault, ok := errors.AsType[*syntax.Error](err); ok {
			why = string(fault.Code) + ": " + fault.Expr
		}
		return f, &control.Problem{What: say("This is no regular expression."), Why: words.Sentence(why), Now: say("Correct it, or search for it as plain text.")}
	}
	f.form = form
	return f, nil
}

// wants reports whether a line is wanted, and removes its control sequences.
func (f logFilter) wants(line *logs.Line) bool {
	if f.stream != "" && line.Stream != f.stream && line.Stream != logs.Missed {
		return false
	}
	line.Text = logs.Plain(line.Text)
	return f.form == nil || f.form.MatchString(line.Text)
}

// logLine is a line as the page shows it.
type logLine struct {
	logs.Line
	// Marks are where the filter's matches begin and end, in turn, in UTF-16 units.
	Marks []int `json:"marks,omitempty"`
}

// marked returns lines, which the filter wants, with the marks of what it searches for.
func (f logFilter) marked(lines []logs.Line) []logLine {
	all := make([]logLine, len(lines))
	for i, line := range lines {
		all[i] = logLine{line, f.marks(line.Text)}
	}
	return all
}

func (f logFilter) marks(text string) (marks []int) {
	if f.form == nil {
		return nil
	}
	at, units := 0, 0
	until := func(end int) int {
		units += utf16Length(text[at:end])
		at = end
		return units
	}
	for _, found := range f.form.FindAllStringIndex(text, maxMarks) {
		if found[0] < found[1] {
			marks = append(marks, until(found[0]), until(found[1]))
		}
	}
	return marks
}

// utf16Length is how many UTF-16 units a text has, as browsers count.
func utf16Length(text string) int {
	units := utf8.RuneCountInString(text)
	return units + strings.Count(text, "\xf0") + strings.Count(text, "\xf1") + strings.Count(text, "\xf2") + strings.Count(text, "\xf3") + strings.Count(text, "\xf4")
}
