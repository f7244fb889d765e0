package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"agents-tray/manager/control"
)

// contentPolicy lets a page load its own files and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Limits of a request; see also control.LimitedServer.
const (
	maxQuery      = 8 << 10 // bytes
	maxParameters = 32
	maxBody       = 2 << 20 // bytes
)

// Protect protects pages on loopback from other sites in the same browser. A request must
// name a loopback host (against DNS rebinding). From another site, or another port of this
// computer, only a navigation to a page is answered, not to /api/. Parameters are few and
// none is there twice. The headers of the response forbid framing, content sniffing and
// referrers. Service workers are asked to go, see retireWorker.
func Protect(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !loopbackHost(r.Host) {
			Refuse(w, r, http.StatusMisdirectedRequest, control.Problem{What: "This address only answers to 127.0.0.1 and localhost."})
			return
		}
		if r.Header.Get("Service-Worker") == "script" {
			retireWorker(w)
			return
		}
		origin := r.Header.Get("Origin")
		if origin != "" && origin != "http://"+r.Host || !fromHere(r) || crossOrigin.Check(r) != nil {
			Refuse(w, r, http.StatusForbidden, control.Problem{What: "Requests from other sites are refused."})
			return
		}
		if !modest(r.URL.RawQuery) {
			Refuse(w, r, http.StatusBadRequest, control.Problem{
				What: "The request cannot be read.", Why: "Its parameters are too many or too long, or one is there twice.", Now: "Load this page again."})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// fromHere reports whether a request is of our own pages, typed by the user or by a program
// that is no browser, or a navigation from elsewhere to one of our pages, which does nothing.
func fromHere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && !isAPI(r) &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// modest reports whether a query is within the limits.
func modest(query string) bool {
	if query == "" {
		return true
	}
	parsed, err := url.ParseQuery(query)
	if err != nil || len(query) > maxQuery || strings.Count(query, "&") >= maxParameters {
		return false
	}
	for _, values := range parsed {
		seen := map[string]bool{}
		for _, value := range values {
			if seen[value] {
				return false
			}
			seen[value] = true
		}
	}
	return true
}

// isAPI reports whether a request is made by a script, not by a person.
func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// loopbackHost reports whether a Host header is localhost or a loopback address, with or
// without a port.
func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.IsLoopback()
}
