package web

import (
	"time"

	"agents-tray/manager/words"
)

// Duration formats d as words.Language.Duration does, but in whole seconds: what is left of the
// last one is not counted, and less than one is "0 s".
func Duration(d time.Duration) string {
	if d < time.Second {
		return "0 s"
	}
	return words.English.Duration(d.Truncate(time.Second))
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
