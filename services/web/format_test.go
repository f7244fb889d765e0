package web

import (
	"testing"
	"time"

	"agents-tray/manager/words"
)

func TestDurationsAsPeopleSayThem(t *testing.T) {
	for text, want := range map[string]string{
		"0s": "0 s", "999ms": "0 s", "-5s": "0 s", "59s": "59 s", "60s": "1 min", "125s": "2 min 5 s",
		"3600s": "1 h", "3605s": "1 h", "3h4m5s": "3 h 4 min", "24h": "1 d", "50h30m": "2 d 2 h",
	} {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Duration(d); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	now := time.Now()
	for seconds, want := range map[int]string{-3: "just now", 4: "just now", 40: "40 s ago", 65: "1 min ago", 3600: "1 h ago"} {
		if got := Ago(words.English, now.Add(-time.Duration(seconds)*time.Second), now); got != want {
			t.Errorf("%d s: %q, want %q", seconds, got, want)
		}
	}
}
