package completion

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// longestWait is the longest time to wait that is believed.
const longestWait = 45 * 24 * time.Hour

// waitOf is how long the headers of a response say to wait, or 0.
func waitOf(header http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(header.Get("Retry-After-Ms"), 64); err == nil {
		return believed(time.Duration(ms * float64(time.Millisecond)))
	}
	after := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(after, 64); err == nil {
		return believed(time.Duration(seconds * float64(time.Second)))
	}
	if at, err := http.ParseTime(after); err == nil {
		return believed(at.Sub(now))
	}
	return 0
}

// waitPattern matches times to wait in messages: "Please try again in 1m12.5s", "retry after
// 20 seconds", "try again in 350ms", "retry in 34.07s".
var waitPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:again|retry|wait)(?:ing)? (?:in|after|for)[: ]*((?:\d+(?:\.\d+)?(?:ms|[dhms]))+|(\d+(?:\.\d+)?) ?(milli)?(second|minute|hour)s?)\b`)
})

// waitIn is how long a message says to wait, or 0.
func waitIn(message string) time.Duration {
	found := waitPattern().FindStringSubmatch(message)
	switch {
	case found == nil:
		return 0
	case found[4] != "":
		number, err := strconv.ParseFloat(found[2], 64)
		if err != nil {
			return 0
		}
		unit := map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour}[strings.ToLower(found[4])]
		if found[3] != "" {
			unit /= 1000
		}
		return believed(time.Duration(number * float64(unit)))
	}
	text := found[1]
	var days time.Duration
	if n, rest, ok := strings.Cut(text, "d"); ok {
		count, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return 0
		}
		days, text = time.Duration(count*24*float64(time.Hour)), rest
	}
	if text == "" {
		return believed(days)
	}
	wait, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return believed(days + wait)
}

func believed(wait time.Duration) time.Duration {
	if wait < 0 || wait > longestWait {
		return 0
	}
	return wait
}
