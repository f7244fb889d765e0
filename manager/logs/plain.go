package logs

import (
	"regexp"
	"sync"
)

// terminalCodes are the escape sequences of ECMA-48 (colours, cursor moves, titles,
// links) and the control characters that mean nothing outside a terminal.
var terminalCodes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[@-Z\\\\^_]|[\x00-\x08\x0b-\x1f\x7f]")
})

// Plain returns text without the codes that are meant for a terminal.
func Plain(text string) string { return terminalCodes().ReplaceAllString(text, "") }
