package web

import (
	"bytes"
	"encoding/json"
	"html/template"
	"log"
	"net/http"
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
