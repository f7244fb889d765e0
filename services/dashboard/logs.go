package dashboard

import (
	"net/http"

	"agents-tray/manager/control"
	"agents-tray/manager/logs"
)

// maxLines of one log are shown.
const maxLines = 1000

// logPage shows the last maxLines lines of one service's log.
func (d *dashboard) logPage(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	output, err := d.output(r, maxLines)
	if err != nil {
		status, problem := problemOf(err, "The log of "+name+" cannot be shown.", "Choose a service on the first page.")
		renderProblem(w, status, page{Title: "No log"}, problem)
		return
	}
	title := d.title(r.Context(), name)
	render(w, http.StatusOK, "log", struct {
		page
		control.Log
		Name, Service string
		Most          int
	}{page{Title: "Log of " + title}, output, name, title, maxLines})
}

// output returns the last lines of the log of the service in the path, without control
// sequences.
func (d *dashboard) output(r *http.Request, lines int) (control.Log, error) {
	output, err := d.client.Log(r.Context(), r.PathValue("name"), lines)
	if output.Lines == nil {
		output.Lines = []logs.Line{}
	}
	stripControls(output.Lines)
	return output, err
}

// stripControls removes terminal control sequences from lines, in place.
func stripControls(lines []logs.Line) {
	for i := range lines {
		lines[i].Text = logs.Plain(lines[i].Text)
	}
}
