package web

import (
	"fmt"
	"time"

	"agents-tray/manager/words"
)

// Duration formats d in at most two units: "2 min 5 s". A negative one is "0 s". time.js
// formats the same way.
func Duration(d time.Duration) string {
	d = max(d, 0).Truncate(time.Second)
	units := []struct {
		size time.Duration
		word string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	for i, unit := range units {
		if d < unit.size {
			continue
		}
		words := fmt.Sprintf("%d %s", d/unit.size, unit.word)
		if i+1 == len(units) {
			return words
		}
		if rest := d % unit.size / units[i+1].size; rest > 0 {
			words += fmt.Sprintf(" %d %s", rest, units[i+1].word)
		}
		return words
	}
	return "0 s"
}

// Ago formats how long before now t was, in a language: "just now", "40 s ago", "3 min ago".
func Ago(l words.Language, t, now time.Time) string {
	ago := now.Sub(t)
	switch {
	case ago < 5*time.Second:
		return l.Page("just now")
	case ago >= time.Minute:
		ago = ago.Truncate(time.Minute)
	}
	return l.Page("{time} ago", "{time}", Duration(ago))
}

// Exact formats t in local time: "2026-03-04 14:03:05".
func Exact(t time.Time) string { return t.Local().Format(time.DateTime) }
