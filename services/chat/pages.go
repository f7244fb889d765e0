package chat

import (
	"errors"
	"net/http"

	"agents-tray/services/chat/history"
)

// page is the data of the templates "page" and "problem".
type page struct {
	Title        string
	Conversation string // its id; "" for a new one
	Thread       threadView
	Draft        string
	List         listView
	Server       serverChoice // its key must not get into a page
	Database     string
	SetAside     string
	DashboardURL string
	Problem      *problem // instead of the page
	Transient    bool     // loading the page again may help
}

// newPage shows the page that creates a conversation.
func (c *chat) newPage(w http.ResponseWriter, _ *http.Request) {
	p, err := c.page("")
	if err != nil {
		c.renderStorageProblem(w, err)
		return
	}
	p.Title = "New conversation"
	render(w, http.StatusOK, "page", p)
}

func (c *chat) conversationPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	p, err := c.page(id)
	if err == nil {
		var conversation history.Conversation
		conversation, err = c.file.Conversation(id)
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
	p.Thread = c.cache.viewThread(messages)
	render(w, http.StatusOK, "page", p)
}

// page returns the data that both conversation pages need.
func (c *chat) page(conversation string) (p page, err error) {
	settings, err := c.file.Settings()
	if err != nil {
		return p, err
	}
	p = page{
		Conversation: conversation,
		Server:       c.choose(settings),
		Database:     c.file.Path(),
		SetAside:     settings.SetAside,
		DashboardURL: c.DashboardURL,
	}
	if p.List, err = c.list(conversation); err != nil {
		return p, err
	}
	p.Draft, err = c.file.Draft(conversation)
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
