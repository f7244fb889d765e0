package dashboard

import (
	"errors"
	"net/http"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/logs"
)

// mostLines is how many lines a page shows of one log.
const mostLines = 1000

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
			Why:  manager.Sentence(refused.Message),
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
		output.Lines = []logs.Line{}
	}
	makePlain(output.Lines)
	return output, err
}

// makePlain leaves of each line what is meant for people.
func makePlain(lines []logs.Line) {
	for i := range lines {
		lines[i].Text = logs.Plain(lines[i].Text)
	}
}
