package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"agents-tray/manager/words"
)

// Workflow is work that a service, or a program beside this one, has under way.
//
// A service reports its own as they begin and end (Client.SetWorkflow, EndWorkflow). A
// report belongs to the process that the service runs when it arrives: it ends with
// that process at the latest, and if nobody had asked the process to end, the session
// record tells of the workflow as interrupted. What is under way when the program itself
// is killed is offered for review by the next start.
type Workflow struct {
	ID      string    `json:"id"`     // unique among those of its source; at most 128 bytes
	Name    string    `json:"name"`   // for people; at most 200 characters
	Source  string    `json:"source"` // the service that runs it, or the program beside this one
	Started time.Time `json:"started,omitzero"`
	// Page is the path of the source's page where it can be taken up again, such as
	// "/c/5f3a", or empty. At most 2 kB.
	Page string `json:"page,omitempty"`
	// Again is a command that runs it again, where the source runs, or empty. At most 8 kB.
	Again []string `json:"again,omitempty"`
	// Note is what else is to be known of it, such as why it cannot be run again. At
	// most 500 characters.
	Note string `json:"note,omitempty"`
}

// MaxWorkflows is how many workflows one service can have under way.
const MaxWorkflows = 32

const (
	maxWorkflowID    = 128      // bytes
	maxWorkflowName  = 200      // characters
	maxWorkflowPage  = 2 << 10  // bytes
	maxWorkflowAgain = 8 << 10  // bytes of all arguments
	maxWorkflowNote  = 500      // characters
	maxReport        = 64 << 10 // bytes of a request
)

// check reports the first thing that is wrong with a report.
func (w Workflow) check() error {
	switch {
	case w.ID == "" || len(w.ID) > maxWorkflowID || !plainLine(w.ID):
		return fmt.Errorf("id: give 1 to %d bytes of text without line breaks or control characters", maxWorkflowID)
	case strings.TrimSpace(w.Name) == "" || utf8.RuneCountInString(w.Name) > maxWorkflowName || !plainLine(w.Name):
		return fmt.Errorf("name: give 1 to %d characters without line breaks or control characters", maxWorkflowName)
	case w.Page != "" && (!strings.HasPrefix(w.Page, "/") || strings.HasPrefix(w.Page, "//") || strings.Contains(w.Page, `\`)):
		return fmt.Errorf("page: %q is no path of the service's page: begin it with one slash, as in /runs/7", w.Page)
	case len(w.Page) > maxWorkflowPage || !plainLine(w.Page):
		return fmt.Errorf("page: give at most %d bytes without line breaks or control characters", maxWorkflowPage)
	case len(w.Again) > 0 && w.Again[0] == "":
		return errors.New("again: the program to run is missing")
	case len(strings.Join(w.Again, " ")) > maxWorkflowAgain:
		return fmt.Errorf("again: the command is longer than %d bytes; let it read what it needs from a file", maxWorkflowAgain)
	case slices.ContainsFunc(w.Again, func(a string) bool { return strings.ContainsRune(a, 0) }):
		return errors.New("again: an argument cannot hold a zero byte")
	case utf8.RuneCountInString(w.Note) > maxWorkflowNote:
		return fmt.Errorf("note: give at most %d characters", maxWorkflowNote)
	}
	return nil
}

// plainLine reports whether a text can stand in a menu or a terminal as it is.
func plainLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// Interrupted names the workflows that the end of the session has interrupted, in one
// English line: "2 workflows were active: nightly-report, mail-sorter"; "" if there were none.
func (r *Review) Interrupted() string { return words.English.Interrupted(r.WorkflowNames()) }

// WorkflowNames are the names of the workflows.
func (r *Review) WorkflowNames() []string {
	names := make([]string, len(r.Workflows))
	for i, w := range r.Workflows {
		names[i] = w.Name
	}
	return names
}

func workflowPath(source, id string) string {
	return "/v1/workflows/" + url.PathEscape(source) + "/" + url.PathEscape(id)
}

// SetWorkflow reports that a workflow is under way, or what has changed of it. Its
// Source must be a service that runs now; its Started is the time of the first report
// unless given.
func (c *Client) SetWorkflow(ctx context.Context, w Workflow) error {
	return c.put(ctx, workflowPath(w.Source, w.ID), w)
}

// EndWorkflow reports that a workflow is over, however it ended. It is a Refused with
// status 404 if none such is under way.
func (c *Client) EndWorkflow(ctx context.Context, source, id string) error {
	return c.call(ctx, http.MethodDelete, workflowPath(source, id), nil)
}

// Workflows returns those under way, in the order of their first reports.
func (c *Client) Workflows(ctx context.Context) ([]Workflow, error) {
	var workflows []Workflow
	return workflows, c.get(ctx, "/v1/workflows", &workflows)
}

// RunAgain runs a workflow of Review again, by its command, and returns the name of the
// service that does: it runs once, and its output is in its log.
func (c *Client) RunAgain(ctx context.Context, source, id string) (service string, err error) {
	var answer rerun
	err = c.exchange(ctx, http.MethodPost, workflowPath(source, id)+"/again", nil, &answer)
	return answer.Service, err
}

type rerun struct {
	Service string `json:"service"`
}

func workflowRoutes(mux *http.ServeMux, i Instance) {
	mux.HandleFunc("GET /v1/workflows", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, append([]Workflow{}, i.Status().Workflows...))
	})
	mux.HandleFunc("PUT /v1/workflows/{source}/{id}", func(w http.ResponseWriter, r *http.Request) {
		report, err := readReport(w, r)
		if err == nil {
			err = i.SetWorkflow(report)
		}
		done(w, err)
	})
	mux.HandleFunc("DELETE /v1/workflows/{source}/{id}", func(w http.ResponseWriter, r *http.Request) {
		done(w, i.EndWorkflow(r.PathValue("source"), r.PathValue("id")))
	})
	mux.HandleFunc("POST /v1/workflows/{source}/{id}/again", func(w http.ResponseWriter, r *http.Request) {
		service, err := i.RunAgain(r.PathValue("source"), r.PathValue("id"))
		answer(w, rerun{service}, err)
	})
}

// readReport reads a workflow; its source and id are those of the path.
func readReport(w http.ResponseWriter, r *http.Request) (report Workflow, err error) {
	refuse := func(err error) (Workflow, error) {
		return Workflow{}, &Refused{Status: http.StatusBadRequest, Message: err.Error()}
	}
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxReport))
	body.DisallowUnknownFields()
	if err := body.Decode(&report); err != nil {
		return refuse(fmt.Errorf("the report cannot be read: %w. Send one JSON object of at most %d kB, such as {\"name\": \"nightly-report\"}", err, maxReport>>10))
	}
	if _, err := body.Token(); !errors.Is(err, io.EOF) {
		return refuse(errors.New("the report cannot be read: something follows the JSON object"))
	}
	source, id := r.PathValue("source"), r.PathValue("id")
	if report.Source != "" && report.Source != source || report.ID != "" && report.ID != id {
		return refuse(fmt.Errorf("the report is of %s/%s, its address of %s/%s", report.Source, report.ID, source, id))
	}
	report.Source, report.ID = source, id
	if err := report.check(); err != nil {
		return refuse(err)
	}
	return report, nil
}
