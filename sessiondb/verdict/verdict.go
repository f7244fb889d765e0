// Package verdict tells how the previous session ended, from what the next start finds.
// Its answer is data; whoever shows it makes the sentences.
package verdict

import (
	"time"

	"agents-tray/sessiondb"
)

// Evidence is what the next start knows of the previous session's end, beside its record.
type Evidence struct {
	Boot, Machine string // of this start; see proctree.BootID and sessiondb.MachineID
	// Crash is what the Go runtime wrote while the session crashed, or empty.
	Crash string
	// CrashFileGone says that the file for Crash was removed, as a session does at its own
	// end: it ended in order, even if the record says nothing of it.
	CrashFileGone bool
	// Report is the guard's, of this or of another session.
	Report ExitReport
	// KernelKill says that the kernel's log has it killed for lack of memory.
	KernelKill bool
	// OOMKills is the number of processes, of whatever program, that the system has killed for
	// lack of memory by now.
	OOMKills int
}

// ExitReport is what a guard knows of the end of the tray process that it has outlived.
type ExitReport struct {
	Session     string    // its mark
	At          time.Time // when it ended
	OutOfMemory bool      // the system killed it for lack of memory
}

// Cause is what ended a session.
type Cause int

const (
	Nothing       Cause = iota // nothing that the user need be told of
	Platform                   // it was a session of the Python platform, left dirty by it
	Crash                      // the program crashed
	OutOfMemory                // the system killed it for lack of memory
	LeftRunning                // it ended, but could not end all that it had started
	Kill                       // a user or another program killed it
	PossibleOOM                // as Kill, or the system for lack of memory
	Unrecorded                 // it ended by itself, without a record of it
	Restart                    // the computer was restarted or lost power
	OtherComputer              // the record is another computer's: nothing is known
)

// Verdict is how a session ended, as far as that can be told.
type Verdict struct {
	Ending sessiondb.Ending
	Cause  Cause
	Crash  string    // of Crash: what the Go runtime wrote
	Left   string    // of LeftRunning: what could not be ended
	Kills  int       // of PossibleOOM: processes killed for lack of memory since the session started
	At     time.Time // when it ended, or the last sign of life; may be zero
	Exact  bool      // At is when it ended
}

// Alarming reports whether the user should be told of it.
func (v Verdict) Alarming() bool { return v.Cause != Nothing && v.Cause != OtherComputer }

// Judge tells how p ended, which was not marked as clean. Certain evidence comes before
// what is only likely.
func Judge(p *sessiondb.Previous, e Evidence) Verdict {
	v := Verdict{At: p.LastSeen}
	report := e.Report
	if report.Session == p.Mark && p.Mark != "" {
		v.At, v.Exact = report.At, true
	} else {
		report = ExitReport{}
	}
	restarted := p.Boot != "" && e.Boot != "" && p.Boot != e.Boot
	kills := 0
	if !restarted { // else the system counts anew
		kills = e.OOMKills - p.OOMKills
	}
	switch {
	case p.OfPlatform:
		v.Ending, v.Cause = sessiondb.Unexpected, Platform
	case p.Ending == sessiondb.Unknown:
		v.Ending = sessiondb.Unknown
	case p.Ending == sessiondb.LeftRunning:
		v.Ending, v.Cause, v.Left = p.Ending, LeftRunning, p.Detail
	case p.Machine != "" && e.Machine != "" && p.Machine != e.Machine:
		v.Ending, v.Cause = sessiondb.Unknown, OtherComputer
	case e.Crash != "":
		v.Ending, v.Cause, v.Crash = sessiondb.Crashed, Crash, e.Crash
	case report.OutOfMemory, e.KernelKill:
		v.Ending, v.Cause = sessiondb.OutOfMemory, OutOfMemory
	case v.Exact && kills <= 0: // the guard has seen it, so the computer was running
		v.Ending, v.Cause = sessiondb.Killed, Kill
	case !v.Exact && e.CrashFileGone: // on a full disk nothing can be written, but a file can be removed
		v.Ending, v.Cause = sessiondb.Unexpected, Unrecorded
	case !v.Exact && restarted:
		v.Ending, v.Cause = sessiondb.Restarted, Restart
	case kills > 0:
		v.Ending, v.Cause, v.Kills = sessiondb.Killed, PossibleOOM, kills
	default:
		v.Ending, v.Cause = sessiondb.Killed, Kill
	}
	return v
}
