package instance

import (
	"fmt"

	"agents-tray/manager/control"
	"agents-tray/sessiondb"
	"agents-tray/sessiondb/verdict"
)

// reviewOf is the review of the session p; nil if the user need not be told of its end.
func reviewOf(p *sessiondb.Previous, v verdict.Verdict) *control.Review {
	if !v.Alarming() {
		return nil
	}
	review := &control.Review{
		Started: p.Started, LastSeen: v.At, Version: p.Version, Cause: causeSentence(v.Cause), Detail: verdictDetail(v),
		Services: []control.ReviewService{}, Workflows: reviewWorkflows(p.Workflows),
	}
	for _, service := range p.Services {
		review.Services = append(review.Services, control.ReviewService{
			Name: service.Name, Title: service.Title, State: service.State, PID: service.PID, Since: service.Since,
		})
	}
	return review
}

// reviewWorkflows are the workflows that the previous session had under way.
func reviewWorkflows(interrupted []sessiondb.Workflow) []control.ReviewWorkflow {
	list := []control.ReviewWorkflow{}
	for _, w := range interrupted {
		list = append(list, control.ReviewWorkflow{Workflow: control.Workflow(w)})
	}
	return list
}

// causeSentence is what ended the previous session, as one or two sentences.
func causeSentence(c verdict.Cause) string {
	switch c {
	case verdict.Platform:
		return "It was a session of the Python platform, whose database says that it did not end in order. If it still runs, stop it: both want the same ports."
	case verdict.Crash:
		return "Configurable Agents itself crashed."
	case verdict.OutOfMemory:
		return "The system killed Configurable Agents because memory had run out."
	case verdict.Kill:
		return "Configurable Agents was killed by somebody or by another program."
	case verdict.PossibleOOM:
		return "Configurable Agents was killed by somebody, by another program, or by the system for lack of memory."
	case verdict.Unrecorded:
		return "How Configurable Agents ended is not known: its end was not recorded."
	case verdict.Restart:
		return "The computer was restarted or lost power while Configurable Agents was running."
	}
	return ""
}

// verdictDetail is what more is known of the end, for the record and the review page.
func verdictDetail(v verdict.Verdict) string {
	switch v.Cause {
	case verdict.Crash:
		return v.Crash
	case verdict.OtherComputer:
		return "The record was made on another computer."
	case verdict.PossibleOOM:
		processes := "processes"
		if v.Kills == 1 {
			processes = "process"
		}
		return fmt.Sprintf("Since that session started, the system has killed %d %s for lack of memory.", v.Kills, processes)
	}
	return ""
}

// menuLine is what the menu says of the end after "Last session ended unexpectedly".
func menuLine(v verdict.Verdict) string {
	var line string
	switch v.Cause {
	case verdict.Platform:
		line = "it was the Python platform's"
	case verdict.Crash:
		line = "it crashed"
	case verdict.OutOfMemory:
		line = "memory had run out"
	case verdict.Kill, verdict.PossibleOOM:
		line = "it was killed"
	case verdict.Unrecorded:
		line = "it ended unrecorded"
	case verdict.Restart:
		line = "the computer went down"
	}
	switch {
	case v.At.IsZero():
		return line
	case v.Exact:
		return line + " at " + v.At.Local().Format("15:04")
	}
	return line + " after " + v.At.Local().Format("15:04")
}
