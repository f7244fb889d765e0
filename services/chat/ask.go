package chat

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
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
	body, err := read[struct {
		Text, Tab string
		history.Options
	}](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	text, err := question(body.Text)
	if err != nil {
		c.refuse(w, err)
		return
	}
	var options *history.Options
	if begin {
		options = &body.Options
	}
	if err := c.add(id, text, body.Tab, options); err != nil {
		c.refuseToAsk(w, r, err)
		return
	}
	web.JSON(w, http.StatusAccepted, map[string]string{"id": id})
}

// question is what the user wrote as it is kept. Its error is an *apiError if there is nothing.
func question(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return "", &apiError{http.StatusBadRequest, problem{What: "The message is empty.", Now: "Write something first."}}
	}
	return text, nil
}

// add adds a message to a conversation, which begins with it if begin is not nil, and has it
// answered.
func (c *chat) add(id, text, tab string, begin *history.Options) error {
	return c.write(id, func() (p prompt, err error) {
		var options history.Options
		var before []history.Message
		if begin != nil {
			options = *begin
		} else if options, before, err = c.content(id); err != nil {
			return p, err
		}
		if p.server, err = c.readyServer(options); err != nil {
			return p, err
		}
		p.before = before
		p.messages = promptOf(options, append(before, history.Message{Role: history.User, Text: text}))
		p.answer, err = c.file.AddQuestion(id, text, p.server.Model, tab, begin)
		return p, err
	})
}

// content returns the options and the messages of a conversation.
func (c *chat) content(id string) (history.Options, []history.Message, error) {
	conversation, err := c.file.Conversation(id)
	if err != nil {
		return history.Options{}, nil, err
	}
	messages, err := c.file.Messages(id)
	for i, m := range messages {
		messages[i] = c.current(m, nil)
	}
	return conversation.Options, messages, err
}

// edit adds another version of a question and has it answered.
func (c *chat) edit(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct {
		Message int64
		Text    string
	}](w, r)
	var text string
	if err == nil {
		text, err = question(body.Text)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	c.rewrite(w, r, body.Message, history.User, func(p *prompt, id string, o history.Options, _ history.Message) (err error) {
		p.messages = promptOf(o, append(p.before, history.Message{Role: history.User, Text: text}))
		p.answer, err = c.file.EditQuestion(id, body.Message, text, p.server.Model)
		return err
	})
}

// regenerate adds another version of an answer.
func (c *chat) regenerate(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct{ Message int64 }](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	c.again(w, r, body.Message)
}

func (c *chat) again(w http.ResponseWriter, r *http.Request, message int64) {
	c.rewrite(w, r, message, history.Assistant, func(p *prompt, id string, o history.Options, _ history.Message) (err error) {
		p.messages = promptOf(o, p.before)
		p.answer, err = c.file.AnotherAnswer(id, message, p.server.Model)
		return err
	})
}

// continueAnswer has the model continue the last answer where it stopped.
func (c *chat) continueAnswer(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct{ Message int64 }](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	c.rewrite(w, r, body.Message, history.Assistant, func(p *prompt, _ string, o history.Options, last history.Message) error {
		if p.follows {
			return errPassed
		}
		last.Omitted = false
		p.messages = append(promptOf(o, append(p.before, last)), completion.Message{Role: string(history.User), Content: continuePrompt})
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

// errPassed means that a message is not where the page has it.
var errPassed = &apiError{http.StatusConflict, problem{What: "This message is not there any more.", Why: "The conversation went on in another window.", Now: "Load this page again."}}

// rewrite has the model answer from a message on, which must be shown and of a role; prepare
// makes its prompt and adds the answer to the file.
func (c *chat) rewrite(w http.ResponseWriter, r *http.Request, message int64, role history.Role, prepare func(p *prompt, id string, o history.Options, m history.Message) error) {
	id := r.PathValue("id")
	err := c.write(id, func() (p prompt, err error) {
		options, messages, err := c.content(id)
		if err != nil {
			return p, err
		}
		at := slices.IndexFunc(messages, func(m history.Message) bool { return m.ID == message })
		if at < 0 || messages[at].Role != role {
			return p, errPassed
		}
		if p.server, err = c.readyServer(options); err != nil {
			return p, err
		}
		p.before, p.follows = messages[:at:at], at < len(messages)-1
		return p, prepare(&p, id, options, messages[at])
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

// readyServer returns the model server in use, with the model for a conversation. Its error
// is an *apiError or errNoModel if there is no server or no model.
func (c *chat) readyServer(o history.Options) (serverChoice, error) {
	s, err := c.server()
	s.Model = cmp.Or(o.Model, s.Model)
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
