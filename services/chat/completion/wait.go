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

// resetOf is how long the limits in the headers of a response last that are used up, or 0:
// "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 6.2s".
func resetOf(header http.Header, now time.Time) (longest time.Duration) {
	for name := range header {
		kind := strings.ToLower(name)
		if !strings.Contains(kind, "ratelimit") || !strings.Contains(kind, "reset") {
			continue
		}
		remaining := header.Get(strings.Replace(kind, "reset", "remaining", 1))
		if left, err := strconv.ParseFloat(remaining, 64); remaining != "" && (err != nil || left > 0) {
			continue
		}
		if at := resetTime(header.Get(name), now); !at.IsZero() {
			longest = max(longest, believed(at.Sub(now)))
		}
	}
	return longest
}

// resetTime reads when a limit begins anew: a duration, seconds from now, seconds or
// milliseconds since 1970, or a date. It is zero if it cannot be read.
func resetTime(text string, now time.Time) time.Time {
	text = strings.TrimSpace(text)
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case err == nil && number > 1e11:
		return time.UnixMilli(int64(number))
	case err == nil && number > 1e8:
		return time.Unix(int64(number), 0)
	case err == nil:
		return now.Add(time.Duration(number * float64(time.Second)))
	}
	if wait, err := time.ParseDuration(text); err == nil {
		return now.Add(wait)
	}
	for _, form := range []string{time.RFC3339, http.TimeFormat} {
		if at, err := time.Parse(form, text); err == nil {
			return at
		}
	}
	return time.Time{}
}

// waitPattern matches times to wait in messages: "Please try again in 1m12.5s", "retry after
// 20 seconds", "try again in 350ms", "retry in 34.07s", "wait 12 seconds", "will reset in 2 hours",
// "try again in 17 minutes and 5 seconds".
var waitPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:(?:again|retry|resets?|available|wait)(?:ing)? (?:in|after|for)|wait)[: ]*(?:about |at least |up to )?((?:\d+(?:\.\d+)?(?:ms|[dhms]))+|(\d+(?:\.\d+)?) ?(milli)?(sec|second|min|minute|hour|hr|day)s?)\b(?:,? (?:and )?(\d+) ?(second|minute|hour)s?\b)?`)
})

// unit is a unit of time by its first letter.
func unit(name string) time.Duration {
	switch {
	case name == "":
		return 0
	case name[0]|0x20 == 's':
		return time.Second
	case name[0]|0x20 == 'm':
		return time.Minute
	case name[0]|0x20 == 'h':
		return time.Hour
	}
	return 24 * time.Hour
}

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
		of := unit(found[4])
		if found[3] != "" {
			of /= 1000
		}
		more, _ := strconv.Atoi(found[5]) // 0 if there is none
		return believed(time.Duration(number*float64(of)) + time.Duration(more)*unit(found[6]))
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
