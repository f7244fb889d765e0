package chat

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"

	"agents-tray/services/chat/history"
)

// page is the data of the templates "page" and "problem".
type page struct {
	Title        string
	Conversation string // its id; "" for a new one
	Thread       threadView
	Drafts       string // JSON
	Options      history.Options
	List         listView
	Server       serverChoice // with the model of this conversation; its key must not get into a page
	Settings     serverChoice // with the model of the settings
	Database     string
	Workflows    string // of workflow files
	SetAside     string
	DashboardURL string
	Problem      *problem // instead of the page
	Transient    bool     // loading the page again may help
}

// newPage shows the page that creates a conversation.
func (c *chat) newPage(w http.ResponseWriter, _ *http.Request) {
	p, err := c.page("", history.Options{})
	if err != nil {
		c.renderStorageProblem(w, err)
		return
	}
	p.Title = "New conversation"
	render(w, http.StatusOK, "page", p)
}

func (c *chat) conversationPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	conversation, err := c.file.Conversation(id)
	var p page
	if err == nil {
		p, err = c.page(id, conversation.Options)
		p.Title = conversation.Title
	}
	if errors.Is(err, history.ErrNotFound) {
		c.renderProblem(w, http.StatusNotFound, &problem{
			What: "This conversation is gone.",
			Why:  "It was deleted, or the address is not complete.",
			Now:  "Choose another one from the list, or begin a new one.",
		})
		return
	}
	if err != nil {
		c.renderStorageProblem(w, err)
		return
	}
	messages, err := c.thread(id)
	if err != nil {
		c.renderStorageProblem(w, err)
		return
	}
	p.Thread = c.viewThread(conversation, messages, shownAtFirst)
	render(w, http.StatusOK, "page", p)
}

// page returns the data that both conversation pages need.
func (c *chat) page(conversation string, options history.Options) (p page, err error) {
	c.purgeOnce.Do(c.purgeOld)
	settings, err := c.file.Settings()
	if err != nil {
		return p, err
	}
	p = page{
		Conversation: conversation,
		Options:      options,
		Server:       c.choose(settings),
		Database:     c.file.Path(),
		SetAside:     settings.SetAside,
		DashboardURL: c.DashboardURL,
	}
	if p.Workflows, err = c.workflowFolder(); err != nil {
		p.Workflows = "workflows" // saving says why there is none
	}
	p.Settings = p.Server
	p.Server.Model = cmp.Or(p.Options.Model, p.Server.Model)
	if p.List, err = c.list(conversation, listed); err != nil {
		return p, err
	}
	drafts, err := c.file.Drafts(conversation)
	if err != nil {
		return p, err
	}
	encoded, err := json.Marshal(append([]history.Draft{}, drafts...))
	p.Drafts = string(encoded)
	return p, err
}

// renderStorageProblem responds with why the file cannot be used.
func (c *chat) renderStorageProblem(w http.ResponseWriter, err error) {
	c.renderProblem(w, http.StatusServiceUnavailable, storageProblem(err, c.file.Path()))
}

func (c *chat) notFound(w http.ResponseWriter, _ *http.Request) {
	c.renderProblem(w, http.StatusNotFound, &problem{What: "There is no page at this address.", Now: "Go to your conversations: they are all on the first page."})
}

func (c *chat) renderProblem(w http.ResponseWriter, status int, problem *problem) {
	render(w, status, "problem", page{Title: problem.What, Problem: problem, Transient: status >= 500, DashboardURL: c.DashboardURL})
}
