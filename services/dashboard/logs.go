package dashboard

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"agents-tray/manager/control"
)

const (
	defaultLines = 200
	mostLines    = 1000
)

// log answers with the last lines of a service: ?lines=, 1 to 1000.
func (d *dashboard) log(w http.ResponseWriter, r *http.Request) {
	lines := defaultLines
	if text := r.URL.Query().Get("lines"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			writeJSON(w, http.StatusBadRequest, failure{"lines must be a number from 1 to " + strconv.Itoa(mostLines)})
			return
		}
		lines = min(n, mostLines)
	}
	output, err := d.output(r, lines)
	if err != nil {
		refuse(w, err)
		return
	}
	writeJSON(w, http.StatusOK, output)
}

// logPage shows all the lines there are to see of one service.
func (d *dashboard) logPage(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	output, err := d.output(r, mostLines)
	if err != nil {
		noLog(w, name, err)
		return
	}
	title := name
	if status, err := d.client.Status(r.Context()); err == nil { // the name will do without
		if s, found := status.Service(name); found && s.Title != "" {
			title = s.Title
		}
	}
	render(w, http.StatusOK, "log", struct {
		page
		control.Log
		Name, Service string
		Most          int
	}{page{Title: "Log of " + title}, output, name, title, mostLines})
}

// noLog answers for a log that cannot be had.
func noLog(w http.ResponseWriter, name string, err error) {
	p, status := lost(err), http.StatusServiceUnavailable
	var refused *control.Refused
	if errors.As(err, &refused) {
		status = refused.Status
		p = &problem{
			What: "The log of " + name + " cannot be shown.",
			Why:  sentence(refused.Message),
			Now:  "Choose a service on the first page.",
		}
	}
	p.page = page{Title: "No log"}
	render(w, status, "problem", *p)
}

// output is the log of the service that the path names, as plain text.
func (d *dashboard) output(r *http.Request, lines int) (control.Log, error) {
	output, err := d.client.Log(r.Context(), r.PathValue("name"), lines)
	if output.Lines == nil {
		output.Lines = []control.LogLine{}
	}
	for i := range output.Lines {
		output.Lines[i].Text = plain(output.Lines[i].Text)
	}
	return output, err
}

// terminalCodes are the escape sequences of ECMA-48 (colours, cursor moves, titles,
// links) and the control characters that mean nothing on a page.
var terminalCodes = regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[@-Z\\\\^_]|[\x00-\x08\x0b-\x1f\x7f]")

// plain is what of a line is meant for people.
func plain(text string) string { return terminalCodes.ReplaceAllString(text, "") }
