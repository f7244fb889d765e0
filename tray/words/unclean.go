package words

import (
	"strings"
	"time"
)

// An Unclean is how the previous session ended, if not cleanly, as data.
type Unclean struct {
	End   Key       // EndKill and the like; how, in a clause
	Cause Key       // CauseKill and the like: the same in sentences
	At    time.Time // when it ended, or the last sign of life; may be zero
	Exact bool      // At is when it ended
}

// Line says how it ended and when, as seen from now, in a clause: "it was killed on Thursday
// after 14:03".
func (u Unclean) Line(l Language, now time.Time) string {
	line := strings.ReplaceAll(l.Say(u.End), "{when}", l.When(u.At, now, u.Exact))
	line = strings.NewReplacer(" ;", ";", " ,", ",").Replace(line) // where no time is known
	return strings.Trim(strings.Join(strings.Fields(line), " "), ", ")
}
