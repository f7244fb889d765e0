package dashboard

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/services/web"
)

const (
	defaultSessions = 30   // listed without ?all
	maxSessions     = 200  // in the session record
	maxEvents       = 1000 // shown of one session
)

// history lists the latest sessions and how they ended.
func (d *dashboard) history(w http.ResponseWriter, r *http.Request) {
	limit := defaultSessions
	if r.FormValue("all") != "" {
		limit = maxSessions
	}
	past, err := d.client.Sessions(r.Context(), limit)
	if err != nil {
		renderHistoryProblem(w, err)
		return
	}
	p := historyPage{page: historyFrame(), More: len(past) == defaultSessions && limit == defaultSessions}
	for _, s := range past {
		p.Sessions = append(p.Sessions, pastView(s))
	}
	render(w, http.StatusOK, "history", p)
}

// session lists the events of one session, of all services or of one.
func (d *dashboard) session(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	events, err := d.client.SessionEvents(r.Context(), id, maxEvents)
	var past []control.PastSession
	if err == nil {
		past, err = d.client.Sessions(r.Context(), maxSessions)
	}
	if err != nil {
		renderHistoryProblem(w, err)
		return
	}
	at := slices.IndexFunc(past, func(s control.PastSession) bool { return s.ID == id })
	if at < 0 {
		renderHistoryProblem(w, &control.Refused{Status: http.StatusNotFound, Message: say("the record no longer knows of it")})
		return
	}
	p := sessionPage{page: page{Title: say("Session of {time}", "{time}", web.Exact(past[at].Started)), Here: "/sessions"}, pastSession: pastView(past[at]), Service: r.FormValue("service")}
	p.All = len(events)
	for _, e := range events {
		if e.Service != "" && !slices.Contains(p.Services, e.Service) {
			p.Services = append(p.Services, e.Service)
		}
		if p.Service == "" || e.Service == p.Service {
			p.Events = append(p.Events, eventView(e))
		}
	}
	slices.Sort(p.Services)
	render(w, http.StatusOK, "session", p)
}

// renderHistoryProblem responds with why the session record cannot be read.
func renderHistoryProblem(w http.ResponseWriter, err error) {
	status, problem := problemOf(err, say("The history cannot be shown."), say("Load this page again in a moment."))
	if status == http.StatusNotFound {
		problem.What, problem.Now = say("There is no such session."), say("Choose one of the history. Of old sessions it keeps the latest 200.")
	}
	renderProblem(w, status, historyFrame(), problem)
}

func historyFrame() page { return page{Title: say("History"), Here: "/sessions"} }

type historyPage struct {
	page
	Sessions []pastSession
	More     bool // there may be older ones
}

// Summary counts the listed sessions that ended unexpectedly, in one sentence.
func (p historyPage) Summary() string {
	ended, unexpected := 0, 0
	for _, s := range p.Sessions {
		if s.Current {
			continue
		}
		ended++
		if s.Tone == bad {
			unexpected++
		}
	}
	switch {
	case ended == 0:
		return say("This is the first session that is recorded.")
	case unexpected == 0:
		return say("None of those before this one is known to have ended unexpectedly.")
	case unexpected == 1:
		return say("Of the last {n} sessions 1 ended unexpectedly.", "{n}", ended)
	}
	return say("Of the last {n} sessions {bad} ended unexpectedly.", "{n}", ended, "{bad}", unexpected)
}

// pastSession is a session as the pages show it.
type pastSession struct {
	control.PastSession
	Tone tone
	Word string
}

func pastView(s control.PastSession) pastSession {
	v := pastSession{s, bad, s.In(language)}
	switch {
	case s.Current, s.Clean():
		v.Tone = good
	case s.Ending == "" || s.Ending == "unknown":
		v.Tone = idle
	}
	return v
}

// Duration is how long it ran, as text, as far as it is known.
func (p pastSession) Duration() string {
	d := p.Lasted(time.Now())
	if d < 0 {
		return say("Not known")
	}
	if p.Tone == bad {
		return say("At least {time}", "{time}", web.Duration(d))
	}
	return web.Duration(d)
}

type sessionPage struct {
	page
	pastSession
	Service  string   // show only its events; "": all
	Services []string // all that have events
	Events   []sessionEvent
	All      int // number of events, of all services
}

// Cut reports whether earlier events may be missing.
func (p sessionPage) Cut() bool { return p.All == maxEvents }

// sessionEvent is an event as the page shows it.
type sessionEvent struct {
	control.SessionEvent
	Tone tone
	Word string
	Head string // first line of Detail
	More string // its other lines, such as a service's last output
}

// eventTones are the tones of the kinds of events; the others are idle.
var eventTones = map[string]tone{
	"started": busy, "ready": good, "restarting": busy, "gave up": bad, "lost": bad, "guard lost": bad, "guard fault": bad, "missed": busy,
	"workflow interrupted": bad,
}

func eventView(e control.SessionEvent) sessionEvent {
	v := sessionEvent{SessionEvent: e, Tone: idle, Word: language.Event(e.Kind)}
	if tone, known := eventTones[e.Kind]; known {
		v.Tone = tone
	}
	if e.Kind == "exited" && !strings.HasPrefix(e.Detail, "was stopped") && !strings.HasPrefix(e.Detail, "ended by itself") {
		v.Tone = bad
	}
	v.Head, v.More, _ = strings.Cut(logs.Plain(e.Detail), "\n")
	v.More = strings.TrimRight(v.More, "\n")
	return v
}

// Process is its process id, or "".
func (e sessionEvent) Process() string {
	if e.PID == 0 {
		return ""
	}
	return strconv.Itoa(e.PID)
}
