package chat

import (
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	"agents-tray/services/chat/history"
)

// stopRequested stops the answer being written, and responds when it is saved.
func (c *chat) stopRequested(w http.ResponseWriter, r *http.Request) {
	c.stopAnswer(r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}

func (c *chat) rename(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct{ Title string }](w, r)
	if err == nil && strings.TrimSpace(body.Title) == "" {
		err = &apiError{http.StatusBadRequest, problem{What: "The title is empty.", Now: "Write one."}}
	}
	if err == nil {
		err = c.file.Rename(r.PathValue("id"), body.Title)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	c.hub.publish(r.PathValue("id"), changes{list: true, thread: true})
	w.WriteHeader(http.StatusNoContent)
}

func (c *chat) saveOptions(w http.ResponseWriter, r *http.Request) {
	body, err := read[history.Options](w, r)
	if err == nil {
		err = c.file.SetOptions(r.PathValue("id"), body)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	c.hub.publish(r.PathValue("id"), changes{thread: true})
	w.WriteHeader(http.StatusNoContent)
}

// delete takes a conversation out of the list; for undoFor it can be restored.
func (c *chat) delete(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	c.stopAnswer(id)
	if err := c.file.Delete(id); err != nil {
		c.refuse(w, err)
		return
	}
	c.hub.publish(id, changes{list: true, gone: true})
	time.AfterFunc(undoFor, c.purgeOld)
	w.WriteHeader(http.StatusNoContent)
}

func (c *chat) restore(w http.ResponseWriter, r *http.Request) {
	if err := c.file.Restore(r.PathValue("id")); err != nil {
		c.refuse(w, err)
		return
	}
	c.hub.publish(r.PathValue("id"), changes{list: true})
	w.WriteHeader(http.StatusNoContent)
}

// purge removes the deleted conversations for good.
func (c *chat) purge(w http.ResponseWriter, _ *http.Request) {
	if err := c.file.Purge(time.Now()); err != nil {
		c.refuse(w, err)
		return
	}
	c.hub.publish("", changes{list: true})
	w.WriteHeader(http.StatusNoContent)
}

// purgeOld removes the conversations that were deleted more than undoFor ago.
func (c *chat) purgeOld() {
	if err := c.file.Purge(time.Now().Add(-undoFor)); err != nil {
		log.Printf("remove deleted conversations: %v", err) // the next start tries again
		return
	}
	c.hub.publish("", changes{list: true})
}

// messageText responds with the source of a message, for the clipboard.
func (c *chat) messageText(w http.ResponseWriter, r *http.Request) {
	messages, err := c.thread(r.PathValue("id"))
	if err != nil {
		c.refuse(w, err)
		return
	}
	for _, m := range messages {
		if strconv.FormatInt(m.ID, 10) == r.PathValue("message") {
			_, text := splitThinking(m.Text)
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			_, _ = w.Write([]byte(text)) // fails only when the client has left
			return
		}
	}
	c.refuse(w, history.ErrNotFound)
}

func (c *chat) saveDraft(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct {
		Conversation string
		history.Draft
		Replaces *string
	}](w, r)
	if err == nil {
		err = c.file.SaveDraft(body.Conversation, body.Draft, body.Replaces)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
