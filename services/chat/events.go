package chat

import (
	"errors"
	"net/http"
	"time"

	"agents-tray/manager/control/sse"
	"agents-tray/services/chat/history"
)

// minGrowthInterval is the least time between two events of a growing answer.
const minGrowthInterval = 50 * time.Millisecond

// paceRate is how much of a growing answer a page shows anew, in bytes a second.
const paceRate = 256 << 10

// pace is the pause after so many bytes were shown anew: a paragraph is, as a whole, each time
// it has grown. Without the pause a long one would keep the page from everything else.
func pace(bytes int) time.Duration { return time.Duration(bytes) * time.Second / paceRate }

// events streams changes to a page:
//
//	"list"    {html}            the list of conversations
//	"thread"  {title, options, html}     the messages, when one was added or removed or has another state
//	"growth"  {message, thinking: change, text: change}
//	                            the answer being written
//	                            workflows: HTML of the workflow files in it, if that changed
//	"gone"    {}                the conversation was deleted
//	"trouble" control.Problem   the file cannot be read
//
// Each but growth holds the current content, and growth what has changed since the event
// before, so that a page that connects late or again, or is slow, ends up with the same
// content as any other.
func (c *chat) events(w http.ResponseWriter, r *http.Request) {
	subscriber := c.hub.subscribe(r.URL.Query().Get("conversation"))
	defer c.hub.unsubscribe(subscriber)
	s := stream{chat: c, out: sse.NewStream(w), conversation: subscriber.conversation, listed: number(r, "listed", listed), shown: number(r, "shown", shownAtFirst)}
	first := changes{list: true, thread: subscriber.conversation != ""}
	if s.send(first) != nil {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-subscriber.wake:
		}
		start := time.Now()
		s.shownAnew = 0
		if s.send(c.hub.take(subscriber)) != nil {
			return
		}
		// A text that takes long to render is rendered less often.
		pause := max(minGrowthInterval, 10*time.Since(start), pace(s.shownAnew))
		select {
		case <-r.Context().Done():
			return
		case <-time.After(pause):
		}
	}
}

// stream is the event stream of one page.
type stream struct {
	*chat
	out           *sse.Stream
	shownAnew     int // bytes by the latest growth
	conversation  string
	listed, shown int // how many conversations and messages it shows

	// What the page has of the answer being written.
	message        int64
	thinking, text growing
	workflows      string
}

// send sends what has changed. Its error is that of the connection.
func (s *stream) send(n changes) error {
	if n.gone {
		return s.out.Send("gone", struct{}{})
	}
	if n.thread {
		if err := s.sendThread(); err != nil {
			return err
		}
	} else if n.growth {
		if err := s.sendGrowth(); err != nil {
			return err
		}
	}
	if n.list {
		view, err := s.list(s.conversation, s.listed)
		if err != nil {
			return s.out.Send("trouble", storageProblem(err, s.file.Path()))
		}
		html, err := fragment("list", view)
		if err != nil {
			return err
		}
		return s.out.Send("list", map[string]string{"html": html})
	}
	return nil
}

func (s *stream) sendThread() error {
	conversation, err := s.file.Conversation(s.conversation)
	if errors.Is(err, history.ErrNotFound) {
		return s.out.Send("gone", struct{}{})
	}
	var messages []history.Message
	if err == nil {
		messages, err = s.thread(s.conversation)
	}
	if err != nil {
		return s.out.Send("trouble", storageProblem(err, s.file.Path()))
	}
	view := s.viewThread(conversation, messages, s.shown)
	s.message, s.thinking, s.text, s.workflows = 0, growing{}, growing{}, ""
	if view.Writing() {
		last := view.Messages[len(view.Messages)-1]
		s.message, s.thinking, s.text = last.ID, growing{blocks: last.Thinking}, growing{blocks: last.Blocks}
		if s.workflows, err = fragment("workflows", last); err != nil {
			return err
		}
	}
	html, err := fragment("thread", view)
	if err != nil {
		return err
	}
	return s.out.Send("thread", struct {
		Title   string          `json:"title"`
		Options history.Options `json:"options"`
		HTML    string          `json:"html"`
	}{conversation.Title, conversation.Options, html})
}

func (s *stream) sendGrowth() error {
	g := s.generation(s.conversation)
	if g == nil {
		return nil // it has ended: a change of the thread follows
	}
	view := s.cache.viewOf(g.now())
	view.Conversation = s.conversation
	if view.ID != s.message {
		return s.sendThread()
	}
	growth := struct {
		Message   int64   `json:"message"`
		Thinking  change  `json:"thinking"`
		Text      change  `json:"text"`
		Workflows *string `json:"workflows,omitempty"`
	}{view.ID, s.thinking.become(view.Thinking), s.text.become(view.Blocks), nil}
	s.shownAnew = len(s.thinking.rest) + len(s.text.rest)
	workflows, err := fragment("workflows", view)
	if err != nil {
		return err
	}
	if workflows != s.workflows {
		s.workflows, growth.Workflows = workflows, &workflows
		s.shownAnew += len(workflows)
	}
	return s.out.Send("growth", growth)
}
