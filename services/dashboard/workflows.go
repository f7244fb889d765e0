package dashboard

import (
	"cmp"
	"net/http"
	"strings"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web"
)

// activeWorkflow is a running workflow as the page shows it.
type activeWorkflow struct {
	control.Workflow
	Runner string // title of the service that runs it
	Link   string // URL of its own page, if its service runs
}

// workflowsView returns the running workflows.
func workflowsView(status *control.Status) []activeWorkflow {
	list := make([]activeWorkflow, 0, len(status.Workflows))
	for _, w := range status.Workflows {
		v := activeWorkflow{Workflow: w}
		v.Runner, v.Link = placeOf(w.Source, w, status.Snapshot)
		list = append(list, v)
	}
	return list
}

// placeOf returns the title of the service that runs a workflow, and the URL of the
// workflow's page if that service runs.
func placeOf(source string, w control.Workflow, now manager.Snapshot) (runner, link string) {
	place, known := now.Service(source)
	if !known {
		return w.Source, ""
	}
	view := serviceView(place, false)
	if strings.HasPrefix(w.Page, "/") && view.Link != "" && view.CanOpen {
		link = strings.TrimSuffix(view.Link, "/") + w.Page
	}
	return view.Title, link
}

// interrupted is a workflow that the end of the previous session interrupted, as the page
// shows it.
type interrupted struct {
	control.ReviewWorkflow
	Runner string // title of the service that ran it
	Link   string // URL of the page to continue it, if its service runs
	Again  string // command that runs it again
	Run    *run   // of that command; nil before
}

// run is the state of a workflow that was run again.
type run struct {
	Service string
	Tone    tone
	Word    string
	Live    bool
	Trouble *serviceProblem // why it has failed
}

// runWords describe each state of a run.
var runWords = map[manager.State]stateWord{
	manager.Stopped:   {idle, "Stopped by you"},
	manager.Starting:  {busy, "Starting…"},
	manager.Ready:     {busy, "Running again"},
	manager.Stopping:  {busy, "Stopping…"},
	manager.Completed: {good, "Has run again"},
	manager.Failed:    {bad, "Failed again"},
}

// Interrupted returns the interrupted workflows.
func (p reviewPage) Interrupted() []interrupted {
	list := make([]interrupted, 0, len(p.Workflows))
	for _, w := range p.Workflows {
		v := interrupted{ReviewWorkflow: w, Again: commandLine(w.Workflow.Again)}
		v.Runner, v.Link = placeOf(cmp.Or(w.PageOf, w.Source), w.Workflow, p.now)
		if service, ok := p.now.Service(w.Rerun); ok {
			words, known := runWords[service.State]
			if !known {
				words = stateWord{busy, string(service.State)}
			}
			v.Run = &run{service.Name, words.tone, say(words.word), !service.State.Idle(), problemView(service)}
		}
		list = append(list, v)
	}
	return list
}

// commandLine quotes a command for a POSIX shell.
func commandLine(command []string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%"
	words := make([]string, len(command))
	for i, word := range command {
		words[i] = word
		if word == "" || strings.Trim(word, plain) != "" {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// runAgain requests another run of an interrupted workflow.
func (d *dashboard) runAgain(w http.ResponseWriter, r *http.Request) {
	service, err := d.client.RunAgain(r.Context(), r.PathValue("source"), r.PathValue("id"))
	if err != nil {
		refuse(w, err, say("This workflow was not run again."), say("Try again, or run its command yourself."))
		return
	}
	web.JSON(w, http.StatusAccepted, map[string]string{"service": service})
}
