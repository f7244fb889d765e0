package session

import (
	"fmt"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/sessiondb"
)

// Evidence is what the present knows of the end of the session before.
type evidence struct {
	boot, machine string
	crash         string           // what the Go runtime wrote while it crashed
	closed        bool             // it took away what that would stand in, as at an end of its own
	words         guard.ExitReport // of the guard that outlived the tray
	kernel        bool             // its log says that it killed the tray for lack of memory
	oomKills      int              // as in Session, by now
}

// A verdict is how a session ended, as far as that can be told.
type verdict struct {
	ending sessiondb.Ending
	cause  string // one sentence for people; empty: nothing to be alarmed about
	short  string // the same for a line of the menu
	detail string // for those who ask
	at     time.Time
	exact  bool // at is when it ended, not the last sign of life
}

// judge tells how p ended, which the record does not say. What is certain comes before
// what is likely.
func judge(p *sessiondb.Previous, e evidence) verdict {
	v := verdict{at: p.LastSeen}
	words := e.words
	if words.Session == p.Mark && p.Mark != "" {
		v.at, v.exact = words.At, true
	} else {
		words = guard.ExitReport{}
	}
	since := e.oomKills - p.OOMKills
	switch {
	case p.Foreign:
		v.ending, v.short = sessiondb.Unexpected, "it was the Python platform's"
		v.cause = "It was a session of the Python platform, whose database says that it did not end in order. If it still runs, stop it: both want the same ports."
	case p.Ending == sessiondb.Unknown:
		v.ending = sessiondb.Unknown
	case p.Machine != "" && e.machine != "" && p.Machine != e.machine:
		v.ending, v.detail = sessiondb.Unknown, "The record was made on another computer."
	case e.crash != "":
		v.ending, v.short, v.detail = sessiondb.Crashed, "it crashed", e.crash
		v.cause = "Configurable Agents itself crashed."
	case words.OutOfMemory, e.kernel:
		v.ending, v.short = sessiondb.OutOfMemory, "memory had run out"
		v.cause = "The system killed Configurable Agents because memory had run out."
	case v.exact: // the computer was still running
		v.ending, v.short = sessiondb.Killed, "it was killed"
		v.cause = "Configurable Agents was killed by somebody or by another program."
	case e.closed: // a full disk can be told of nothing, but lets go of a file
		v.ending, v.short = sessiondb.Unexpected, "it ended unrecorded"
		v.cause = "How Configurable Agents ended is not known: its end was not recorded."
	case p.Boot != "" && e.boot != "" && p.Boot != e.boot:
		v.ending, v.short = sessiondb.Restarted, "the computer went down"
		v.cause = "The computer was restarted or lost power while Configurable Agents was running."
	case since > 0:
		v.ending, v.short = sessiondb.Killed, "it was killed"
		v.cause = "Configurable Agents was killed by somebody, by another program, or by the system for lack of memory."
		v.detail = fmt.Sprintf("Since that session started, the system has killed %d %s for lack of memory.", since, plural(since, "process", "processes"))
	default:
		v.ending, v.short = sessiondb.Killed, "it was killed"
		v.cause = "Configurable Agents was killed by somebody or by another program."
	}
	return v
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// review is the verdict for people; nil if there is nothing to be alarmed about.
func (v verdict) review(p *sessiondb.Previous) *control.Review {
	if v.cause == "" {
		return nil
	}
	review := &control.Review{
		Started: p.Started, LastSeen: v.at, Version: p.Version, Cause: v.cause, Detail: v.detail,
		Services: []control.ReviewService{}, Workflows: reviewWorkflows(p.Workflows),
	}
	for _, service := range p.Services {
		review.Services = append(review.Services, control.ReviewService{
			Name: service.Name, Title: service.Title, State: service.State, PID: service.PID, Since: service.Since,
		})
	}
	return review
}

// line is what the menu says of it after "Last session ended unexpectedly".
func (v verdict) line() string {
	switch {
	case v.at.IsZero():
		return v.short
	case v.exact:
		return v.short + " at " + v.at.Local().Format("15:04")
	}
	return v.short + " after " + v.at.Local().Format("15:04")
}
