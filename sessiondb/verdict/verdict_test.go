package verdict

import (
	"testing"
	"time"

	"agents-tray/sessiondb"
)

func TestHowASessionEnded(t *testing.T) {
	seen, ended := time.Date(2026, 11, 20, 14, 3, 0, 0, time.Local), time.Date(2026, 11, 20, 15, 30, 0, 0, time.Local)
	before := sessiondb.Previous{LastSeen: seen, Session: sessiondb.Session{Mark: "before", Boot: "boot", Machine: "machine", OOMKills: 3}}
	now := Evidence{Boot: "boot", Machine: "machine", OOMKills: 3}
	report := ExitReport{Session: "before", At: ended}
	for name, test := range map[string]struct {
		change func(*sessiondb.Previous, *Evidence)
		want   Verdict // its At and Exact: see below
		exact  bool    // the guard has seen the end
	}{
		"killed, and nobody saw it": {func(*sessiondb.Previous, *Evidence) {}, Verdict{Ending: sessiondb.Killed, Cause: Kill}, false},
		"killed, and the guard saw it": {func(_ *sessiondb.Previous, e *Evidence) { e.Report = report },
			Verdict{Ending: sessiondb.Killed, Cause: Kill}, true},
		"the guard saw another session's end": {func(_ *sessiondb.Previous, e *Evidence) {
			e.Report = ExitReport{Session: "earlier", At: ended, OutOfMemory: true}
		}, Verdict{Ending: sessiondb.Killed, Cause: Kill}, false},
		"another start of the system": {func(_ *sessiondb.Previous, e *Evidence) { e.Boot = "next" },
			Verdict{Ending: sessiondb.Restarted, Cause: Restart}, false},
		"killed, and then another start of the system": {func(_ *sessiondb.Previous, e *Evidence) { e.Boot, e.Report = "next", report },
			Verdict{Ending: sessiondb.Killed, Cause: Kill}, true},
		"its end was not recorded": {func(_ *sessiondb.Previous, e *Evidence) { e.CrashFileGone = true },
			Verdict{Ending: sessiondb.Unexpected, Cause: Unrecorded}, false},
		"its end was not recorded, and then another start of the system": {func(_ *sessiondb.Previous, e *Evidence) { e.CrashFileGone, e.Boot = true, "next" },
			Verdict{Ending: sessiondb.Unexpected, Cause: Unrecorded}, false},
		"killed, and the guard saw it, with nothing to write a crash to": {func(_ *sessiondb.Previous, e *Evidence) { e.CrashFileGone, e.Report = true, report },
			Verdict{Ending: sessiondb.Killed, Cause: Kill}, true},
		"a crash": {func(_ *sessiondb.Previous, e *Evidence) { e.Crash = "panic: x" },
			Verdict{Ending: sessiondb.Crashed, Cause: Crash, Crash: "panic: x"}, false},
		"a crash, and then another start of the system": {func(_ *sessiondb.Previous, e *Evidence) { e.Crash, e.Boot = "panic: x", "next" },
			Verdict{Ending: sessiondb.Crashed, Cause: Crash, Crash: "panic: x"}, false},
		"out of memory, says the guard": {func(_ *sessiondb.Previous, e *Evidence) { e.Report = report; e.Report.OutOfMemory = true },
			Verdict{Ending: sessiondb.OutOfMemory, Cause: OutOfMemory}, true},
		"out of memory, says the kernel": {func(_ *sessiondb.Previous, e *Evidence) { e.KernelKill = true },
			Verdict{Ending: sessiondb.OutOfMemory, Cause: OutOfMemory}, false},
		"perhaps out of memory": {func(_ *sessiondb.Previous, e *Evidence) { e.OOMKills = 5 },
			Verdict{Ending: sessiondb.Killed, Cause: PossibleOOM, Kills: 2}, false},
		"killed while another program ran out of memory, and the guard saw it": {func(_ *sessiondb.Previous, e *Evidence) { e.Report, e.OOMKills = report, 4 },
			Verdict{Ending: sessiondb.Killed, Cause: PossibleOOM, Kills: 1}, true},
		"killed, and then another start of the system, which counts anew": {func(_ *sessiondb.Previous, e *Evidence) { e.Report, e.Boot, e.OOMKills = report, "next", 9 },
			Verdict{Ending: sessiondb.Killed, Cause: Kill}, true},
		"a system that cannot be told": {func(_ *sessiondb.Previous, e *Evidence) { e.Boot = "" },
			Verdict{Ending: sessiondb.Killed, Cause: Kill}, false},
		"a record from another computer": {func(_ *sessiondb.Previous, e *Evidence) { e.Machine, e.Boot = "other", "next" },
			Verdict{Ending: sessiondb.Unknown, Cause: OtherComputer}, false},
		"it could not end everything": {func(p *sessiondb.Previous, e *Evidence) {
			p.Ending, p.Detail, e.CrashFileGone = sessiondb.LeftRunning, "sudo", true
		},
			Verdict{Ending: sessiondb.LeftRunning, Cause: LeftRunning, Left: "sudo"}, false},
		"a record restored from a copy": {func(p *sessiondb.Previous, _ *Evidence) { p.Ending = sessiondb.Unknown },
			Verdict{Ending: sessiondb.Unknown, Cause: Nothing}, false},
		"an earlier version knew no computers": {func(p *sessiondb.Previous, _ *Evidence) { p.Machine = "" },
			Verdict{Ending: sessiondb.Killed, Cause: Kill}, false},
		"the Python platform's": {func(p *sessiondb.Previous, _ *Evidence) { p.OfPlatform = true },
			Verdict{Ending: sessiondb.Unexpected, Cause: Platform}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, e := before, now
			test.change(&p, &e)
			want := test.want
			if want.At = seen; test.exact {
				want.At, want.Exact = ended, true
			}
			if got := Judge(&p, e); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}
