package logs

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A clue is a form of line that tells why a program ended, the surest first.
type clue struct {
	pattern string
	last    bool // of several such lines the last tells; else the first
	with    int  // lines after it that belong to it
}

var clues = []clue{
	{`(?i)address already in use|\bEADDRINUSE\b|only one usage of each socket address`, true, 0},
	{`^(panic|fatal error): `, false, 0},
	{`^thread '.*' (\(\d+\) )?panicked at`, false, 1},
	{`^Caused by: `, true, 0},
	{`^([a-zA-Z_]\w*\.)*[A-Z]\w*(Error|Exception|Interrupt|Exit|Warning|Failure)\b(:|$)`, true, 0}, // Python's, Node's, Ruby's
	{`^(Uncaught |Exception in thread|Unhandled exception|Error: )`, false, 0},
	{`(?i)out of memory|cannot allocate memory|\bOOM\b`, true, 0},
	{`(?i)^\s*(\S+\s+){0,4}\[?(fatal|critical|panic|emerg)\b`, true, 0},
	{`(?i)permission denied|no such file or directory|command not found|not found|cannot |could not |unable to |refused\b|invalid `, true, 0},
	{`(?i)\b(error|failed|failure|exception)\b`, true, 0},
}

var clueForms = sync.OnceValue(func() []*regexp.Regexp { // few processes need them
	forms := make([]*regexp.Regexp, len(clues))
	for i, c := range clues {
		forms[i] = regexp.MustCompile(c.pattern)
	}
	return forms
})

// Reason finds the lines that say why a program ended, among the last that it printed:
// those that look like it, on standard error first, or else the last on standard error.
// There are none if nothing tells.
func Reason(lines []Line) []string {
	var errors, all []string
	for _, line := range lines {
		text := strings.TrimRight(Plain(line.Text), " \r\n")
		if line.Stream == Sys || line.Stream == Missed {
			continue
		}
		all = append(all, text)
		if line.Stream == Err {
			errors = append(errors, text)
		}
	}
	return reasonIn(all, errors)
}

// reasonIn is Reason for all lines and for those of standard error, as a person reads them.
func reasonIn(all, errors []string) []string {
	for _, texts := range [][]string{errors, all} {
		if found := findClue(texts); found != nil {
			return found
		}
	}
	for _, text := range slices.Backward(errors) {
		if strings.TrimSpace(text) != "" {
			return []string{text}
		}
	}
	return nil
}

// findClue returns the line of the surest clue, with those that belong to it, or nil.
func findClue(texts []string) []string {
	for i, form := range clueForms() {
		at := -1
		for n, text := range texts {
			if form.MatchString(text) {
				if at = n; !clues[i].last {
					break
				}
			}
		}
		if at >= 0 {
			return texts[at:min(len(texts), at+1+clues[i].with)]
		}
	}
	return nil
}
