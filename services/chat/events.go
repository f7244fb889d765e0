package chat

import (
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"agents-tray/manager/control/sse"
	"agents-tray/services/chat/history"
)

// minGrowthInterval is the least time between two events of a growing answer.
const minGrowthInterval = 50 * time.Millisecond

// events streams changes to a page:
//
//	"list"    {html}            the list of conversations
//	"thread"  {title, html}     the messages, when one was added or removed or has another state
//	"growth"  {message, thinking: {keep, html}, text: {keep, html}}
//	                            the answer being written: its first keep blocks stay,
//	                            html replaces the rest
//	"gone"    {}                the conversation was deleted
//	"trouble" control.Problem   the file cannot be read
//
// Each holds the current content, not the change, so that a page that connects late or
// again, or is slow, ends up with the same content as any other.
func (c *chat) events(w http.ResponseWriter, r *http.Request) {
	subscriber := c.hub.subscribe(r.URL.Query().Get("conversation"))
	defer c.hub.unsubscribe(subscriber)
	s := stream{chat: c, out: sse.NewStream(w), conversation: subscriber.conversation}
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
		s.sent = 0
		if s.send(c.hub.take(subscriber)) != nil {
			return
		}
		// A text that takes long to render is rendered less often.
		pause := max(minGrowthInterval, 10*time.Since(start), pace(s.sent))
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
	out          *sse.Stream
	sent         int // bytes of the latest growth
	conversation string

	// The blocks that the page has of the answer being written.
	message        int64
	thinking, text []template.HTML
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
		view, err := s.list(s.conversation)
		if err != nil {
			return s.out.Send("trouble", storageProblem(err, s.file.Path()))
		}
		return s.sendFragment("list", "list", view, "")
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
	view := s.cache.viewThread(messages)
	s.message, s.thinking, s.text = 0, nil, nil
	if view.Writing() {
		last := view.Messages[len(view.Messages)-1]
		s.message, s.thinking, s.text = last.ID, last.Thinking, last.Blocks
	}
	return s.sendFragment("thread", "thread", view, conversation.Title)
}

func (s *stream) sendFragment(event, name string, view any, title string) error {
	html, err := fragment(name, view)
	if err != nil {
		return err
	}
	return s.out.Send(event, struct {
		Title string `json:"title,omitempty"`
		HTML  string `json:"html"`
	}{title, html})
}

// change keeps the first blocks that a page has and replaces the others.
type change struct {
	Keep int    `json:"keep"`
	HTML string `json:"html"`
}

func (s *stream) sendGrowth() error {
	g := s.generation(s.conversation)
	if g == nil {
		return nil // it has ended: a change of the thread follows
	}
	view := s.cache.viewOf(g.now())
	if view.ID != s.message {
		return s.sendThread()
	}
	growth := struct {
		Message  int64  `json:"message"`
		Thinking change `json:"thinking"`
		Text     change `json:"text"`
	}{view.ID, diff(s.thinking, view.Thinking), diff(s.text, view.Blocks)}
	s.thinking, s.text = view.Thinking, view.Blocks
	s.sent = len(growth.Thinking.HTML) + len(growth.Text.HTML)
	return s.out.Send("growth", growth)
}

func diff(old, now []template.HTML) change {
	keep := 0
	for keep < min(len(old), len(now)) && old[keep] == now[keep] {
		keep++
	}
	var html strings.Builder
	for _, block := range now[keep:] {
		html.WriteString(string(block))
	}
	return change{keep, html.String()}
}
