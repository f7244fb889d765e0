package web

import (
	"net/http"

	"agents-tray/manager/control"
)

// MaxStreams is how many streams of events a service has open at the same time. A browser
// opens six at most.
const MaxStreams = 64

// Streams returns a limit for the streams of a service; see control.LimitRequests. Those that
// are too many get a problem.
func Streams() func(next http.HandlerFunc) http.HandlerFunc {
	return control.LimitRequests(MaxStreams, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "5")
		Refuse(w, r, http.StatusServiceUnavailable, control.Problem{
			What: "Too many pages are connected at the same time.", Now: "Close some of them. This one tries again by itself."})
	})
}
