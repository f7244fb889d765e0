package session

import (
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/sessiondb"
)

func TestHowASessionEnded(t *testing.T) {
	seen, killed := time.Date(2026, 11, 20, 14, 3, 0, 0, time.Local), time.Date(2026, 11, 20, 15, 30, 0, 0, time.Local)
	before := sessiondb.Previous{LastSeen: seen, Session: sessiondb.Session{Mark: "before", Boot: "boot", Machine: "machine", OOMKills: 3}}
	now := evidence{boot: "boot", machine: "machine", oomKills: 3}
	words := guard.ExitReport{Session: "before", At: killed}
	for name, test := range map[string]struct {
		change func(*sessiondb.Previous, *evidence)
		ending sessiondb.Ending
		line   string // "": no alarm
	}{
		"killed, and nobody saw it":      {func(*sessiondb.Previous, *evidence) {}, sessiondb.Killed, "it was killed after 14:03"},
		"killed before the guard's eyes": {func(_ *sessiondb.Previous, e *evidence) { e.words = words }, sessiondb.Killed, "it was killed at 15:30"},
		"the guard saw another session's end": {func(_ *sessiondb.Previous, e *evidence) {
			e.words = guard.ExitReport{Session: "earlier", At: killed, OutOfMemory: true}
		}, sessiondb.Killed, "it was killed after 14:03"},
		"another start of the system": {func(_ *sessiondb.Previous, e *evidence) { e.boot = "next" }, sessiondb.Restarted, "the computer went down after 14:03"},
		"killed, and then another start of the system": {func(_ *sessiondb.Previous, e *evidence) { e.boot, e.words = "next", words },
			sessiondb.Killed, "it was killed at 15:30"},
		"its end was not recorded": {func(_ *sessiondb.Previous, e *evidence) { e.closed = true }, sessiondb.Unexpected, "it ended unrecorded after 14:03"},
		"its end was not recorded, and then another start of the system": {func(_ *sessiondb.Previous, e *evidence) { e.closed, e.boot = true, "next" },
			sessiondb.Unexpected, "it ended unrecorded after 14:03"},
		"killed before the guard's eyes, with nothing to write a crash to": {func(_ *sessiondb.Previous, e *evidence) { e.closed, e.words = true, words },
			sessiondb.Killed, "it was killed at 15:30"},
		"a crash": {func(_ *sessiondb.Previous, e *evidence) { e.crash = "panic: x" }, sessiondb.Crashed, "it crashed after 14:03"},
		"a crash, and then another start of the system": {func(_ *sessiondb.Previous, e *evidence) { e.crash, e.boot = "panic: x", "next" }, sessiondb.Crashed, "it crashed after 14:03"},
		"out of memory, says the guard": {func(_ *sessiondb.Previous, e *evidence) { e.words = words; e.words.OutOfMemory = true },
			sessiondb.OutOfMemory, "memory had run out at 15:30"},
		"out of memory, says the kernel":       {func(_ *sessiondb.Previous, e *evidence) { e.kernel = true }, sessiondb.OutOfMemory, "memory had run out after 14:03"},
		"perhaps out of memory":                {func(_ *sessiondb.Previous, e *evidence) { e.oomKills = 5 }, sessiondb.Killed, "it was killed after 14:03"},
		"a system that cannot be told":         {func(_ *sessiondb.Previous, e *evidence) { e.boot = "" }, sessiondb.Killed, "it was killed after 14:03"},
		"a record from another computer":       {func(p *sessiondb.Previous, e *evidence) { e.machine, e.boot = "other", "next" }, sessiondb.Unknown, ""},
		"a record restored from a copy":        {func(p *sessiondb.Previous, _ *evidence) { p.Ending = sessiondb.Unknown }, sessiondb.Unknown, ""},
		"an earlier version knew no computers": {func(p *sessiondb.Previous, _ *evidence) { p.Machine = "" }, sessiondb.Killed, "it was killed after 14:03"},
		"the Python platform's":                {func(p *sessiondb.Previous, _ *evidence) { p.Foreign = true }, sessiondb.Unexpected, "it was the Python platform's after 14:03"},
		"nothing is known of when":             {func(p *sessiondb.Previous, _ *evidence) { p.LastSeen = time.Time{} }, sessiondb.Killed, "it was killed"},
	} {
		t.Run(name, func(t *testing.T) {
			p, e := before, now
			test.change(&p, &e)
			v := judge(&p, e)
			if v.ending != test.ending {
				t.Errorf("it ended as %q, want %q", v.ending, test.ending)
			}
			if alarm := v.review(&p); (alarm != nil) != (test.line != "") {
				t.Errorf("the alarm is %+v", alarm)
			}
			if test.line != "" && v.line() != test.line {
				t.Errorf("the menu says %q", v.line())
			}
			if name == "perhaps out of memory" && !strings.Contains(v.detail, "2 processes for lack of memory") {
				t.Errorf("the detail is %q", v.detail)
			}
		})
	}
}
