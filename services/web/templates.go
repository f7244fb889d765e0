package web

import (
	"embed"
	"html/template"
	"time"
)

//go:embed templates
var templateFiles embed.FS

// Templates returns the templates that all pages use, for a service to add its own to:
//
//	parts   the content of a control.Problem
//	detail  a technical text, folded
//	ago     how long ago a time was
//	for     how long it is since a time
//
// They, and what is added, have the functions duration (since a time), ago, exact and
// machine (a time for scripts), and those given.
func Templates(functions template.FuncMap) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"duration": func(t time.Time) string { return Duration(time.Since(t)) },
		"ago":      func(t time.Time) string { return Ago(t, time.Now()) },
		"exact":    Exact,
		"machine":  func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	}).Funcs(functions).ParseFS(templateFiles, "templates/*.html"))
}
