package chat

import (
	"net/http"
	"strconv"
	"time"

	"agents-tray/services/chat/history"
	"agents-tray/services/web"
)

const (
	// listed is how many conversations the list has at first, and how many each press of
	// its last button adds.
	listed = 200
	// undoFor is how long a deleted conversation can be restored.
	undoFor = time.Hour
)

// listView is the list of conversations by day.
type listView struct {
	Groups  []listGroup
	More    int // how many to list for the next ones; 0 if these are all
	Deleted []history.Conversation
	Query   string // that was searched for
}

type listGroup struct {
	Title         string
	Conversations []listEntry
}

type listEntry struct {
	history.Conversation
	Here    bool   // it is the one on the page
	Writing bool   // an answer is being written in it
	Snippet string // what a search has found
}

// list returns the latest conversations, at most limit, for the page of one of them (""
// for none).
func (c *chat) list(here string, limit int) (view listView, err error) {
	conversations, err := c.file.Conversations(limit + 1)
	if err != nil {
		return view, err
	}
	if view.Deleted, err = c.file.Deleted(); err != nil {
		return view, err
	}
	if len(conversations) > limit {
		conversations, view.More = conversations[:limit], limit+listed
	}
	now := time.Now()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.Local)
	for _, conversation := range conversations {
		title := "Earlier"
		switch {
		case !conversation.Updated.Before(today):
			title = "Today"
		case !conversation.Updated.Before(today.AddDate(0, 0, -1)):
			title = "Yesterday"
		case !conversation.Updated.Before(today.AddDate(0, 0, -7)):
			title = "Last 7 days"
		}
		if last := len(view.Groups) - 1; last < 0 || view.Groups[last].Title != title {
			view.Groups = append(view.Groups, listGroup{Title: title})
		}
		group := &view.Groups[len(view.Groups)-1]
		group.Conversations = append(group.Conversations,
			listEntry{Conversation: conversation, Here: conversation.ID == here, Writing: c.generation(conversation.ID) != nil})
	}
	return view, nil
}

// number is a number in a request's address, at least least.
func number(r *http.Request, name string, least int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil {
		return least
	}
	return min(max(n, least), 1_000_000)
}

// search responds with the part of the list that a search finds, as HTML.
func (c *chat) search(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query().Get("q")
	hits, err := c.file.Search(query)
	if err != nil {
		c.refuse(w, err)
		return
	}
	view := listView{Query: query}
	if len(hits) > 0 {
		view.Groups = []listGroup{{Title: "Found"}}
	}
	for _, hit := range hits {
		view.Groups[0].Conversations = append(view.Groups[0].Conversations, listEntry{
			Conversation: hit.Conversation, Here: hit.ID == r.URL.Query().Get("conversation"), Writing: c.generation(hit.ID) != nil, Snippet: hit.Snippet})
	}
	html, err := fragment("list", view)
	if err != nil {
		c.refuse(w, err)
		return
	}
	web.JSON(w, http.StatusOK, map[string]any{"html": html, "found": len(hits)})
}
