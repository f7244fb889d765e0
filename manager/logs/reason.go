package logs

import (
	"regexp"
	"slices"
	"sync"
)

// reasonLines is how many lines are taken for the reason of an end.
const reasonLines = 3

// tellsWhy matches lines that look like the reason of an end: what was in the way, or the last
// line of a traceback. It is compiled for the first end.
var tellsWhy = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)address (is )?already in use|EADDRINUSE|^\s*([\w.]*\.)?\w*(Error|Exception|Interrupt|Exit)(:|$)|^panic:|\b(fatal|error|critical)\b|` +
		`\b(cannot|could not|can't|unable to|failed to|refused|denied|no such file|not found|not set|missing|required|invalid|unknown)\b`)
})

// reasonFirst returns lines, oldest first, with those first that tell why it ended: the last
// of standard error that look like it, or else of both streams, or else the last of standard
// error. It tells how many those are.
func reasonFirst(all, stderr []string) (lines []string, reasons int) {
	why := matching(stderr)
	if len(why) == 0 {
		why = matching(all)
	}
	if len(why) == 0 {
		why = stderr[max(0, len(stderr)-reasonLines):]
	}
	lines = slices.Clone(why)
	rest := all[max(0, len(all)-tailLines):]
	for _, line := range why { // each of them stands there once
		if at := slices.Index(rest, line); at >= 0 {
			rest = slices.Concat(rest[:at], rest[at+1:])
		}
	}
	lines = append(lines, rest[max(0, len(rest)-(tailLines-len(why))):]...)
	return lines, len(why)
}

// matching returns the last lines that look like a reason.
func matching(lines []string) (why []string) {
	for _, line := range slices.Backward(lines) {
		if len(why) < reasonLines && tellsWhy().MatchString(line) && !slices.Contains(why, line) {
			why = append(why, line)
		}
	}
	slices.Reverse(why)
	return why
}
