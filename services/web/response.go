package web

import (
	"bytes"
	"encoding/json"
	"html/template"
	"log"
	"net/http"
	"strings"

	"agents-tray/manager/control"
)

// Fragment executes a template of a set.
func Fragment(set *template.Template, name string, data any) (string, error) {
	var out bytes.Buffer
	err := set.ExecuteTemplate(&out, name, data)
	return out.String(), err
}

// Page responds with a template of a set. If the template fails, its error is logged and
// the response is a 500 that refers to the log of service.
func Page(w http.ResponseWriter, status int, service string, set *template.Template, name string, data any) {
	html, err := Fragment(set, name, data)
	if err != nil {
		log.Printf("page: %v", err) // the error names the template
		http.Error(w, "this page cannot be shown; the "+service+"'s log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(html)) // fails only when the client has left
}

// JSON responds with data.
func JSON(w http.ResponseWriter, status int, data any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(data) // fails only when the client has left
}

// Refuse responds with a problem: to scripts as JSON, to people as a line of text.
func Refuse(w http.ResponseWriter, r *http.Request, status int, p control.Problem) {
	if isAPI(r) {
		JSON(w, status, p)
		return
	}
	http.Error(w, strings.TrimSpace(p.What+" "+p.Why+" "+p.Now), status)
}

// Missing answers what no other route of a service does: for people by page, for scripts
// with a problem.
func Missing(page http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !isAPI(r) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			page(w, r)
			return
		}
		Refuse(w, r, http.StatusNotFound, control.Problem{What: "There is no " + r.Method + " " + r.URL.Path + ".", Now: "Load this page again."})
	}
}
