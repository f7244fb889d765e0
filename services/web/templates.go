package web

import (
	"embed"
	"html/template"
	"time"

	"agents-tray/manager/words"
)

//go:embed templates
var templateFiles embed.FS

// Templates returns the templates that the pages share, for a service to add its own:
//
//	parts   the content of a control.Problem
//	detail  a technical text, folded
//	ago     how long ago a time was
//	for     the duration since a time
//
// All may use functions, and: say (see words.Language.Page), duration (since a time), ago,
// exact, and machine, a time as scripts read it.
func Templates(language words.Language, functions template.FuncMap) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"duration": func(t time.Time) string { return Duration(time.Since(t)) },
		"ago":      func(t time.Time) string { return Ago(language, t, time.Now()) },
		"exact":    Exact,
		"say":      language.Page,
		"machine":  func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	}).Funcs(functions).ParseFS(templateFiles, "templates/*.html"))
}
