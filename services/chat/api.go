package chat

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
	"agents-tray/services/web"
)

// createConversation creates a conversation with its first message.
func (c *chat) createConversation(w http.ResponseWriter, r *http.Request) {
	c.ask(w, r, history.NewID(), true)
}

// addMessage adds a message to a conversation.
func (c *chat) addMessage(w http.ResponseWriter, r *http.Request) {
	c.ask(w, r, r.PathValue("id"), false)
}

func (c *chat) ask(w http.ResponseWriter, r *http.Request, id string, begin bool) {
	body, err := read[struct{ Text string }](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	text := strings.TrimSpace(strings.ReplaceAll(body.Text, "\r\n", "\n"))
	if text == "" {
		c.refuse(w, &apiError{http.StatusBadRequest, problem{What: "The message is empty.", Now: "Write something first."}})
		return
	}
	err = c.write(id, func() (p prompt, err error) {
		if p.server, err = c.readyServer(); err != nil {
			return p, err
		}
		var before []history.Message
		if !begin {
			if before, err = c.file.Messages(id); err != nil {
				return p, err
			}
		}
		p.messages = toPrompt(append(before, history.Message{Role: history.User, Text: text}))
		p.answer, err = c.file.AddQuestion(id, text, p.server.Model, begin)
		return p, err
	})
	if err != nil {
		c.refuseToAsk(w, r, err)
		return
	}
	web.JSON(w, http.StatusAccepted, map[string]string{"id": id})
}

// regenerate replaces the last answer by a new one.
func (c *chat) regenerate(w http.ResponseWriter, r *http.Request) {
	c.rewrite(w, r, func(p *prompt, id string, before []history.Message, last history.Message) (err error) {
		p.messages = toPrompt(before)
		if p.answer, err = c.file.ReplaceAnswer(id, last.ID, p.server.Model); err == nil {
			c.dropUnsaved(last.ID)
		}
		return err
	})
}

// continueAnswer has the model continue the last answer where it stopped.
func (c *chat) continueAnswer(w http.ResponseWriter, r *http.Request) {
	c.rewrite(w, r, func(p *prompt, _ string, before []history.Message, last history.Message) error {
		p.messages = append(toPrompt(append(before, last)), completion.Message{Role: string(history.User), Content: continuePrompt})
		last.State, last.Problem, last.Model = history.Writing, nil, p.server.Model
		last.Created, last.Finished = time.Now(), time.Time{}
		p.answer = last
		err := c.file.SaveAnswer(last)
		if err == nil {
			c.dropUnsaved(last.ID)
		}
		return err
	})
}

// rewrite has the model write the last answer of a conversation again; prepare makes its
// prompt. If the request names another message, the page is out of date and is refused.
func (c *chat) rewrite(w http.ResponseWriter, r *http.Request, prepare func(p *prompt, id string, before []history.Message, last history.Message) error) {
	body, err := read[struct{ Message int64 }](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	id := r.PathValue("id")
	err = c.write(id, func() (p prompt, err error) {
		if p.server, err = c.readyServer(); err != nil {
			return p, err
		}
		messages, err := c.file.Messages(id)
		if err != nil {
			return p, err
		}
		end := len(messages) - 1
		if end < 0 || messages[end].ID != body.Message || messages[end].Role != history.Assistant {
			return p, &apiError{http.StatusConflict, problem{What: "This is not the last answer any more.", Why: "The conversation went on in another window.", Now: "Load this page again."}}
		}
		return p, prepare(&p, id, messages[:end], c.current(messages[end], nil))
	})
	if err != nil {
		c.refuseToAsk(w, r, err)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// dropUnsaved drops the copy in memory of an answer that could not be saved.
func (c *chat) dropUnsaved(message int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.unsaved, message)
}

// readyServer returns the model server in use. Its error is an *apiError or errNoModel if
// there is no server or no model.
func (c *chat) readyServer() (serverChoice, error) {
	s, err := c.server()
	switch {
	case err != nil:
		return s, err
	case s.Base == "":
		err = &apiError{http.StatusConflict, problem{What: "There is no model server yet.", Why: "None was found on this computer and none is set.",
			Now: "Start one, or enter an address in the settings. Your message stays here until then."}}
	case s.Model == "":
		err = errNoModel
	}
	return s, err
}

// errNoModel means that there is a server in use, but none of its models is chosen.
var errNoModel = errors.New("no model is chosen")

// refuseToAsk responds to a request for an answer that failed before the model was asked.
// Where no model is chosen it asks the server for its models, to say so if it fails.
func (c *chat) refuseToAsk(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, errNoModel) {
		c.refuse(w, err)
		return
	}
	s, err := c.server()
	if err != nil {
		c.refuse(w, err)
		return
	}
	ctx, cancel := withRequestTimeout(r.Context())
	defer cancel()
	p := problem{What: "No model is chosen yet.", Why: fmt.Sprintf("%s may offer several.", s.Name), Now: "Choose one in the settings."}
	if _, err := c.client.Models(ctx, s.Server); err != nil {
		p = *explain(err, s)
	}
	p.Now += " Your message stays here until then."
	c.refuse(w, &apiError{http.StatusConflict, p})
}

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

func (c *chat) delete(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	c.stopAnswer(id)
	if err := c.file.Delete(id); err != nil {
		c.refuse(w, err)
		return
	}
	c.hub.publish(id, changes{list: true, gone: true})
	w.WriteHeader(http.StatusNoContent)
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
	body, err := read[struct{ Conversation, Text string }](w, r)
	if err == nil {
		err = c.file.SaveDraft(body.Conversation, body.Text)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
