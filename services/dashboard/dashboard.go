// Package dashboard is the built-in Dashboard: pages that show the services of a running
// instance, updated live, and send it the user's actions. It has no state of its own: all
// of it comes from the control API.
//
//	GET  /                              the state of the instance and of each service
//	GET  /services/{name}/log           the last lines of one service
//	GET  /review                        how the previous session ended, if it was not clean
//	GET  /sessions                      the latest sessions and how they ended; ?all=1 lists all
//	GET  /sessions/{id}                 the events of one; ?service=chat: only that service's
//	GET  /api/events?log=chat:50&…      server-sent events (see stream): state, usage, and these logs
//	GET  /api/logs?log=chat:1000        the same, without state and usage
//	POST /api/reviewed                  the user has seen /review
//	POST /api/start                     start all services; 202
//	POST /api/services/{name}/{action}  start, stop or restart; 202
//	POST /api/services/{name}/move/{port}  use another port until the next start, if it is offered; 202
//	POST /api/workflows/{source}/{id}/again  run an interrupted workflow again; 202, {service}
//
// Errors of /api are a control.Problem.
package dashboard

import (
	"embed"
	"net/http"

	"agents-tray/manager/control"
	"agents-tray/services/web"
)

//go:embed assets
var assets embed.FS

type dashboard struct {
	client *control.Client
}

// New returns the Dashboard of the instance that client talks to. It neither connects nor
// parses templates, so that the service is ready at once.
func New(client *control.Client) http.Handler {
	d := &dashboard{client}
	mux := http.NewServeMux()
	streams := web.Streams()
	mux.HandleFunc("GET /{$}", d.home)
	mux.HandleFunc("GET /review", d.review)
	mux.HandleFunc("GET /sessions", d.history)
	mux.HandleFunc("GET /sessions/{id}", d.session)
	mux.HandleFunc("GET /services/{name}/log", d.logPage)
	mux.HandleFunc("GET /api/events", streams(d.events))
	mux.HandleFunc("GET /api/logs", streams(d.logEvents))
	mux.HandleFunc("POST /api/reviewed", d.reviewed)
	mux.HandleFunc("POST /api/start", d.startAll)
	mux.HandleFunc("POST /api/services/{name}/{action}", d.act)
	mux.HandleFunc("POST /api/services/{name}/move/{port}", d.move)
	mux.HandleFunc("POST /api/workflows/{source}/{id}/again", d.runAgain)
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("GET /dashboard/", web.Files("/dashboard/", assets))
	mux.HandleFunc("/", web.Missing(notFound))
	return mux
}
