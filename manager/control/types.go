// Package control is the local API of a running instance: a server in the tray
// process and a client for its services, for a second launch and for commands.
//
// It is HTTP/1.1 with JSON bodies on one private socket: a Unix socket in the user's
// runtime folder, or, where there are none, loopback TCP with a token. Both are
// named in a file that only the user can read (see Address).
//
//	GET  /v1/status                        → Status
//	GET  /v1/events                        → server-sent events: "status", data a Status, at once and after each change
//	POST /v1/start                         starts everything but what the user has stopped
//	POST /v1/services/{name}/start|stop|restart
//	GET  /v1/services/{name}/log?lines=200 → Log
//	     &follow=1                         → server-sent events: "lines" and "missed", data a []logs.Line (see Client.Follow)
//	GET  /v1/services/{name}/usage         → inspect.Usage
//	GET  /v1/usage                         → server-sent events: "usage", data a Usages, at once and then every 2 s
//	POST /v1/services/{name}/other-users?count=3  its pages have refused connections of other users
//	GET  /v1/workflows                     → []Workflow, those under way
//	PUT  /v1/workflows/{source}/{id}       Workflow: that service has it under way (see Workflow)
//	DELETE /v1/workflows/{source}/{id}     it is over
//	POST /v1/workflows/{source}/{id}/again → {"service": "…"}; runs one of the Review's again, by its command
//	POST /v1/open/{page}                   OpenRequest → Opening; opens a service's page, or "review", in the browser
//	GET  /v1/review                        → Review, or 404 when there is none
//	POST /v1/reviewed                      the user has seen the review
//	GET  /v1/sessions?limit=50             → []PastSession, newest first
//	GET  /v1/sessions/{session}/events?limit=1000 → []SessionEvent, oldest first
//	GET  /v1/menu                          → []MenuItem: the tray's menu, for where there is no tray
//	POST /v1/menu/{do...}                  does what an item of it does: /v1/menu/restart/chat
//	GET  /v1/offers                        → []Offer: looks for what could be run from here
//	POST /v1/offers/{name}                 → Taken: writes one into the services file
//	POST /v1/quit                          stops everything
//
// Errors have a 4xx or 5xx status; their body is a Problem with one field more, "error",
// which holds it in one line.
package control

import (
	"time"

	"agents-tray/manager"
	"agents-tray/manager/inspect"
	"agents-tray/manager/logs"
)

// Status is everything there is to see of a running instance.
type Status struct {
	Version string    `json:"version"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	manager.Snapshot
	// Workflows are those under way, in the order of their first reports.
	Workflows []Workflow `json:"workflows,omitempty"`
	// Platform is the file of the Python platform's database, empty if none is connected.
	Platform string `json:"platform,omitempty"`
	// Quitting is set while a request to quit waits for Workflows.
	Quitting *Quitting `json:"quitting,omitempty"`
	// Unclean is set while the previous session's unclean end has not been reviewed.
	Unclean *Review `json:"unclean,omitempty"`
	// Asks says that nothing was started, since the last two sessions ended unexpectedly
	// and soon after each other: the user decides.
	Asks bool `json:"asks,omitempty"`
	// Notices are things the user should know that concern no single service, in English.
	Notices []string `json:"notices,omitempty"`
	// Told are the same in the user's language.
	Told []string `json:"told,omitempty"`
	// Offers are what was found and could be run from here.
	Offers []Offer `json:"offers,omitempty"`
}

// Quitting is a request to quit that waits. If it is gone and the program is not ending, it
// was taken back.
type Quitting struct {
	Workflows int `json:"workflows"` // how many it waits for
	// Asked says that the user is asked, and not yet what they want: without an answer by
	// Deadline it is decided.
	Asked bool `json:"asked,omitempty"`
	// Decided says that the workflows are finished first. What still runs at Deadline is
	// stopped then.
	Decided  bool      `json:"decided,omitempty"`
	Deadline time.Time `json:"deadline"`
}

// Review tells how the previous session ended when that was not cleanly.
type Review struct {
	Started   time.Time        `json:"started"`
	LastSeen  time.Time        `json:"last_seen"` // the last thing recorded before the end
	Version   string           `json:"version,omitempty"`
	Cause     string           `json:"cause"`            // one sentence in English, as far as is known
	Told      string           `json:"told,omitempty"`   // the same in the user's language
	Detail    string           `json:"detail,omitempty"` // technical, for those who ask
	Services  []ReviewService  `json:"services"`
	Workflows []ReviewWorkflow `json:"workflows"` // that were under way
}

// ReviewWorkflow is a workflow that the end of a session has interrupted.
type ReviewWorkflow struct {
	Workflow
	// Rerun is the service that runs it again, once that was asked for.
	Rerun string `json:"rerun,omitempty"`
	// PageOf is the service whose Page it is, if that is not its source.
	PageOf string `json:"page_of,omitempty"`
}

// ReviewService is a service as the session record last knew it.
type ReviewService struct {
	Name  string    `json:"name"`
	Title string    `json:"title"`
	State string    `json:"state"`
	PID   int       `json:"pid,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// OpenRequest is what comes with a request to open a page.
type OpenRequest struct {
	// Token is the desktop's permission for what is opened to come to the front: that of
	// whoever asks. Optional.
	Token string `json:"activation_token,omitempty"`
	// Desktop are the variables, in the form "NAME=value", that lead to the desktop of whoever
	// asks, where the page is to appear. Optional.
	Desktop []string `json:"desktop,omitempty"`
	// AtLogin says that nobody asks for the page, but the system that starts the program at login:
	// it is not opened. Optional.
	AtLogin bool `json:"at_login,omitempty"`
}

// Opening is what came of a request to open a page. All is empty in the answer of a version
// that did not tell.
type Opening struct {
	Title string `json:"title,omitempty"` // of the page's service
	URL   string `json:"url,omitempty"`
	// Later says that the page will be opened as soon as its service answers.
	Later bool `json:"later,omitempty"`
	// Problem says why no browser could be opened.
	Problem string `json:"problem,omitempty"`
	// Nothing says that there is no page to open.
	Nothing bool `json:"nothing,omitempty"`
	// AtLogin says that none was opened, since nobody has asked for it.
	AtLogin bool `json:"at_login,omitempty"`
}

// Log holds the last lines that a service printed, oldest first.
type Log struct {
	Path  string      `json:"path"` // the file they come from
	Lines []logs.Line `json:"lines"`
}

// Usages are what the services that run use, by name.
type Usages map[string]inspect.Usage
