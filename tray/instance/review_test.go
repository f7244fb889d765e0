package instance

import (
	"strings"
	"testing"
	"time"

	"agents-tray/sessiondb"
	"agents-tray/sessiondb/verdict"
	"agents-tray/tray/words"
)

// Each cause that is told has its words in the menu and in the review.
func TestHowTheLastEndIsTold(t *testing.T) {
	at := time.Date(2026, 11, 20, 14, 3, 0, 0, time.Local)
	for cause := verdict.Nothing; cause <= verdict.OtherComputer; cause++ {
		v := verdict.Verdict{Cause: cause, At: at}
		review := reviewOf(&sessiondb.Previous{}, v, words.English)
		if (review != nil) != v.Alarming() || review != nil && review.Cause == "" {
			t.Errorf("cause %d: the review is %+v", cause, review)
		}
		if line := uncleanOf(v).Line(words.German, at); v.Alarming() && (line == "" || strings.HasPrefix(line, " ")) {
			t.Errorf("cause %d: the menu says %q", cause, line)
		}
	}
	kill := verdict.Verdict{Cause: verdict.Kill}
	for want, change := range map[string]func(*verdict.Verdict){
		"it was killed": func(*verdict.Verdict) {},
		"it was killed; perhaps for lack of memory": func(v *verdict.Verdict) { v.Cause = verdict.PossibleOOM },
		"it was killed on Thursday after 14:03":     func(v *verdict.Verdict) { v.At = at.AddDate(0, 0, -1) },
		"it was killed after 14:03":                 func(v *verdict.Verdict) { v.At = at },
		"it was killed at 14:03":                    func(v *verdict.Verdict) { v.At, v.Exact = at, true },
		"memory had run out at 14:03":               func(v *verdict.Verdict) { v.Cause, v.At, v.Exact = verdict.OutOfMemory, at, true },
		"the computer went down after 14:03":        func(v *verdict.Verdict) { v.Cause, v.At = verdict.Restart, at },
	} {
		v := kill
		change(&v)
		if line := uncleanOf(v).Line(words.English, at); line != want {
			t.Errorf("the menu says %q, want %q", line, want)
		}
	}
	for kills, want := range map[int]string{1: "killed 1 process for", 2: "killed 2 processes for"} {
		if detail := verdictDetail(verdict.Verdict{Cause: verdict.PossibleOOM, Kills: kills}); !strings.Contains(detail, want) {
			t.Errorf("the detail is %q", detail)
		}
	}
}
