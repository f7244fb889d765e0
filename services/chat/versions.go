package chat

import (
	"net/http"

	"agents-tray/services/chat/history"
)

// chooseVersion shows another version of a message, with what followed it.
func (c *chat) chooseVersion(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct{ Message int64 }](w, r)
	if err == nil {
		err = c.change(r.PathValue("id"), func(id string) error { return c.file.Choose(id, body.Message) })
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// omit keeps messages from the model, or has them sent again.
func (c *chat) omit(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct {
		Messages []int64
		Omitted  bool
	}](w, r)
	if err == nil {
		err = c.change(r.PathValue("id"), func(id string) error { return c.file.Omit(id, body.Omitted, body.Messages...) })
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// change changes which messages of a conversation are shown or sent, while no answer is
// being written there.
func (c *chat) change(id string, do func(id string) error) error {
	if c.generation(id) != nil {
		return errWriting
	}
	if err := do(id); err != nil {
		return err
	}
	c.hub.publish(id, changes{thread: true})
	return nil
}

// shorten omits the oldest turns of a conversation. With a message in the request, which is
// an answer, that is tried again afterwards.
func (c *chat) shorten(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct{ Message int64 }](w, r)
	if err == nil {
		err = c.change(r.PathValue("id"), func(id string) error {
			options, messages, err := c.content(id)
			if err != nil {
				return err
			}
			server, err := c.server()
			if err != nil {
				return err
			}
			old := oldest(options, messages, c.contextOf(server, options))
			if len(old) == 0 {
				return errNothingOlder
			}
			return c.file.Omit(id, true, old...)
		})
	}
	switch {
	case err != nil:
		c.refuse(w, err)
	case body.Message != 0:
		c.again(w, r, body.Message)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

var errNothingOlder = &apiError{http.StatusConflict, problem{
	What: "There are no older turns to leave out.", Why: "Only the last one is sent.", Now: "Edit it to be shorter, or choose a model with a larger context.",
}}

// oldest are the messages to omit: whole turns from the oldest on, until the rest takes less
// than two thirds of a context of that many tokens, or, where that is not known (0), half of
// what is sent. The last question stays.
func oldest(o history.Options, messages []history.Message, context int) (ids []int64) {
	end := len(messages)
	for end > 0 && messages[end-1].Role != history.User {
		end--
	}
	end = max(end-1, 0) // the last question and its answer stay
	total := tokensOf(o, messages)
	wanted := total / 2
	if context > 0 {
		wanted = min(context*2/3, total-1)
	}
	for _, m := range messages[:end] {
		if total <= wanted && m.Role == history.User {
			break
		}
		if !m.Omitted {
			total -= estimate(m.Text)
			ids = append(ids, m.ID)
		}
	}
	return ids
}
