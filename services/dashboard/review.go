package dashboard

import (
	"errors"
	"net/http"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web"
)

// review shows how the previous session ended if that was not clean.
func (d *dashboard) review(w http.ResponseWriter, r *http.Request) {
	review, err := d.client.Review(r.Context())
	var refused *control.Refused
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		render(w, http.StatusOK, "review", reviewPage{page: reviewFrame()})
		return
	}
	if err != nil {
		status, problem := problemOf(err, say("The last session cannot be shown."), say("Load this page again in a moment."))
		renderProblem(w, status, reviewFrame(), problem)
		return
	}
	shown := reviewPage{page: reviewFrame(), Review: &review}
	if status, err := d.client.Status(r.Context()); err == nil { // without it there are only no links
		shown.now = status.Snapshot
	}
	render(w, http.StatusOK, "review", shown)
}

// reviewed removes the reminder from the menu: the page was shown to the user.
func (d *dashboard) reviewed(w http.ResponseWriter, r *http.Request) {
	if err := d.client.Reviewed(r.Context()); err != nil {
		refuse(w, err, say("The reminder of the last session stays."), say("Load this page again."))
		return
	}
	web.JSON(w, http.StatusAccepted, struct{}{})
}

func reviewFrame() page { return page{Title: say("Last session"), Here: "/review"} }

type reviewPage struct {
	page
	*control.Review
	now manager.Snapshot
}

// Lasted is how long the session ran, as text, as far as it is known.
func (p reviewPage) Lasted() string { return web.Duration(p.LastSeen.Sub(p.Started)) }

// Facts are the services as the page shows them.
func (p reviewPage) Facts() []reviewFact {
	facts := make([]reviewFact, 0, len(p.Services))
	for _, s := range p.Services {
		if s.Title == "" {
			s.Title = s.Name
		}
		words, known := lastKnownWords[manager.State(s.State)]
		if !known {
			words = stateWord{idle, s.State}
		}
		facts = append(facts, reviewFact{s.Title, words.tone, say(words.word), s.PID, s.Since})
	}
	return facts
}

type reviewFact struct {
	Title string
	Tone  tone
	Word  string
	PID   int
	Since time.Time
}
