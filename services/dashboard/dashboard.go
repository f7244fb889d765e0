// Package dashboard is the built-in Dashboard: pages that show the services of a running
// instance, updated live, and send it the user's actions. It has no state of its own: all
// of it comes from the control API, the log files and the platform's database.
//
//	GET  /                              the state of the instance and of each service
//	GET  /services/{name}/log           the log of one service
//	GET  /services/{name}/crash         how its last process failed; crash.txt: the same as text
//	GET  /api/services/{name}/crash     server-sent events: the same
//	GET  /runs?status=failed&name=…&page=2  what runs in the Python platform, and has run
//	GET  /api/runs?…                    server-sent events: the same, and usage
//	GET  /review                        how the previous session ended, if it was not clean
//	GET  /sessions                      the latest sessions and how they ended; ?all=1 lists all
//	GET  /sessions/{id}                 the events of one; ?service=chat: only that service's
//	GET  /services/{name}/log.txt?match=…  the same as text, of all its files
//	GET  /api/events                    server-sent events (see stream): state and usage
//	GET  /api/services/{name}/lines?before=…  lines of a log, by pages; match=…&regexp=1&stream=err filters them
//	GET  /api/services/{name}/follow?after=…  server-sent events: those that follow, and the state of the service
//	POST /api/reviewed                  the user has seen /review
//	POST /api/start                     start all services; 202
//	POST /api/services/{name}/{action}  start, stop or restart; 202
//	POST /api/services/{name}/move/{port}  use another port until the next start, if it is offered; 202
//	POST /api/offers/{name}             have what was found run from here; 202, {page}
//	POST /api/workflows/{source}/{id}/again  run an interrupted workflow again; 202, {service}
//
// Errors of /api are a control.Problem.
package dashboard

import (
	"embed"
	"net/http"
	"sync"

	"agents-tray/manager/control"
	"agents-tray/services/web"
)

//go:embed assets
var assets embed.FS

type dashboard struct {
	client    *control.Client
	meter     *meter
	platforms platforms
	logFiles  sync.Map // paths by the name of the service
}

// New returns the Dashboard of the instance that client talks to. It neither connects nor
// parses templates, so that the service is ready at once.
func New(client *control.Client) http.Handler {
	d := newDashboard(client)
	mux := http.NewServeMux()
	streams := web.Streams()
	mux.HandleFunc("GET /{$}", d.home)
	mux.HandleFunc("GET /runs", d.runs)
	mux.HandleFunc("GET /api/runs", streams(d.runsEvents))
	mux.HandleFunc("GET /review", d.review)
	mux.HandleFunc("GET /sessions", d.history)
	mux.HandleFunc("GET /sessions/{id}", d.session)
	mux.HandleFunc("GET /services/{name}/log", d.logPage)
	mux.HandleFunc("GET /api/events", streams(d.events))
	mux.HandleFunc("GET /services/{name}/log.txt", streams(d.logText))
	mux.HandleFunc("GET /services/{name}/crash", d.crash)
	mux.HandleFunc("GET /services/{name}/crash.txt", d.crashText)
	mux.HandleFunc("GET /api/services/{name}/crash", streams(d.crashEvents))
	mux.HandleFunc("GET /api/services/{name}/lines", streams(d.logLines))
	mux.HandleFunc("GET /api/services/{name}/follow", streams(d.logFollow))
	mux.HandleFunc("POST /api/reviewed", d.reviewed)
	mux.HandleFunc("POST /api/start", d.startAll)
	mux.HandleFunc("POST /api/services/{name}/{action}", d.act)
	mux.HandleFunc("POST /api/services/{name}/move/{port}", d.move)
	mux.HandleFunc("POST /api/offers/{name}", d.take)
	mux.HandleFunc("POST /api/workflows/{source}/{id}/again", d.runAgain)
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("GET /dashboard/", web.Files("/dashboard/", assets))
	mux.HandleFunc("/", web.Missing(notFound))
	return mux
}

func newDashboard(client *control.Client) *dashboard {
	return &dashboard{client: client, meter: newMeter(client), platforms: platforms{feeds: map[string]*source{}}}
}
