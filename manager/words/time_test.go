package words

import (
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		300 * time.Millisecond: "300 ms", 30 * time.Second: "30 s", 125 * time.Second: "2 min 5 s",
		time.Hour: "1 h", 25*time.Hour + 3*time.Second: "1 d 1 h", time.Hour + 5*time.Second: "1 h", 24*time.Hour + time.Minute: "1 d",
	} {
		if got := English.Duration(d); got != want {
			t.Errorf("%d is %q, want %q", d, got, want)
		}
	}
}

// The time of another day carries the day: "after 14:03" alone is of today.
func TestWhen(t *testing.T) {
	now := time.Date(2026, 11, 20, 15, 0, 0, 0, time.Local) // a Friday
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 14, 3, 0, 0, time.Local)
	}
	for _, test := range []struct {
		at              time.Time
		exact           bool
		english, german string
	}{
		{at(2026, 11, 20), true, "at 14:03", "um 14:03"},
		{at(2026, 11, 20), false, "after 14:03", "nach 14:03"},
		{at(2026, 11, 19), false, "on Thursday after 14:03", "am Donnerstag nach 14:03"},
		{at(2026, 11, 14), true, "on Saturday at 14:03", "am Samstag um 14:03"},
		{at(2026, 11, 13), true, "on 13 November at 14:03", "am 13. November um 14:03"}, // a Friday, too
		{at(2026, 11, 21), true, "on 21 November at 14:03", "am 21. November um 14:03"}, // a clock was set back
		{at(2025, 12, 31), false, "on 31 December 2025 after 14:03", "am 31. Dezember 2025 nach 14:03"},
		{time.Time{}, false, "", ""},
	} {
		if got := English.When(test.at, now, test.exact); got != test.english {
			t.Errorf("%v: %q, want %q", test.at, got, test.english)
		}
		if got := German.When(test.at, now, test.exact); got != test.german {
			t.Errorf("%v: %q, want %q", test.at, got, test.german)
		}
	}
}
