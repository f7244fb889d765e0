package instance

import (
	"agents-tray/manager/control"
	"agents-tray/sessiondb"
	"agents-tray/sessiondb/verdict"
	"agents-tray/tray/words"
)

// reviewOf is the review of the session p for a user who reads that language; nil if the user
// need not be told of its end.
func reviewOf(p *sessiondb.Previous, v verdict.Verdict, l words.Language) *control.Review {
	if !v.Alarming() {
		return nil
	}
	review := &control.Review{
		Started: p.Started, LastSeen: v.At, Version: p.Version, Cause: words.English.Say(uncleanOf(v).Cause), Told: l.Say(uncleanOf(v).Cause), Detail: verdictDetail(v),
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

// verdictDetail is what more is known of the end, in English, for the record and the review
// page.
func verdictDetail(v verdict.Verdict) string {
	switch v.Cause {
	case verdict.Crash:
		return v.Crash
	case verdict.OtherComputer:
		return words.English.Say(words.DetailOtherComputer)
	case verdict.LeftRunning:
		return v.Left
	case verdict.PossibleOOM:
		return words.English.Count(v.Kills, words.DetailKillsOne, words.DetailKillsMany)
	}
	return ""
}

// uncleanOf is what the menu and the messages tell of the end.
func uncleanOf(v verdict.Verdict) *words.Unclean {
	u := &words.Unclean{At: v.At, Exact: v.Exact}
	switch v.Cause {
	case verdict.Platform:
		u.End, u.Cause = words.EndPlatform, words.CausePlatform
	case verdict.Crash:
		u.End, u.Cause = words.EndCrash, words.CauseCrash
	case verdict.OutOfMemory:
		u.End, u.Cause = words.EndOutOfMemory, words.CauseOutOfMemory
	case verdict.LeftRunning:
		u.End, u.Cause = words.EndLeftRunning, words.CauseLeftRunning
	case verdict.Kill:
		u.End, u.Cause = words.EndKill, words.CauseKill
	case verdict.PossibleOOM:
		u.End, u.Cause = words.EndPossibleOOM, words.CausePossibleOOM
	case verdict.Unrecorded:
		u.End, u.Cause = words.EndUnrecorded, words.CauseUnrecorded
	case verdict.Restart:
		u.End, u.Cause = words.EndRestart, words.CauseRestart
	}
	return u
}
