package chat

import (
	"context"
	"errors"
	"log"
	"strings"
	"sync"
	"time"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
)

const (
	// saveInterval is the time between two saves of a growing answer.
	saveInterval = 200 * time.Millisecond
	// maxRunning is the largest number of answers written at the same time.
	maxRunning = 8
)

// Errors of reserve.
var (
	errWriting = errors.New("an answer is being written in this conversation")
	errTooMany = errors.New("too many answers are being written")
)

// generation is one answer being written. It goes on without any page.
type generation struct {
	conversation string
	cancel       context.CancelCauseFunc
	done         chan struct{} // closed when the answer is finished and saved
	dirty        chan struct{} // has capacity 1; an element means that there is text to save

	mu              sync.Mutex
	message         history.Message // all but its text
	text, reasoning strings.Builder
}

// now returns the answer so far. Its ID is 0 until it is in the file.
func (g *generation) now() history.Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.message
	m.Text, m.Reasoning = g.text.String(), g.reasoning.String()
	return m
}

// prompt is what the model is asked.
type prompt struct {
	server   serverChoice
	messages []completion.Message
	answer   history.Message // with the text so far, which is to be continued
	before   []history.Message
	follows  bool // the message that is answered anew is not the conversation's last
}

// write starts an answer in a conversation. Its error is that of reserve or of prepare,
// which is called when the conversation is reserved: it adds the answer to the file and
// returns the prompt.
func (c *chat) write(conversation string, prepare func() (prompt, error)) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	g := &generation{conversation: conversation, cancel: cancel, done: make(chan struct{}), dirty: make(chan struct{}, 1)}
	if err := c.reserve(g); err != nil {
		cancel(nil)
		return err
	}
	p, err := prepare()
	if err != nil {
		c.release(g)
		return err
	}
	g.mu.Lock()
	g.message = p.answer
	g.text.WriteString(p.answer.Text)
	g.reasoning.WriteString(p.answer.Reasoning)
	g.mu.Unlock()
	c.report.started(conversation, func() (string, error) {
		begun, err := c.file.Conversation(conversation)
		return begun.Title, err
	})
	go c.run(ctx, g, p)
	c.hub.publish(conversation, changes{list: true, thread: true})
	return nil
}

func (c *chat) reserve(g *generation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return errClosing
	case c.running[g.conversation] != nil:
		return errWriting
	case len(c.running) >= maxRunning:
		return errTooMany
	}
	c.running[g.conversation] = g
	c.work.Add(1)
	return nil
}

// release ends a generation, whose text must be saved.
func (c *chat) release(g *generation) {
	g.cancel(nil)
	c.mu.Lock()
	delete(c.running, g.conversation)
	c.mu.Unlock()
	close(g.done)
	c.work.Done()
}

// run asks the model and saves its answer as it grows.
func (c *chat) run(ctx context.Context, g *generation, p prompt) {
	type ending struct {
		completion.Result
		err error
	}
	ended := make(chan ending, 1)
	go func() {
		result, err := c.client.Answer(ctx, p.server.Server, p.server.Model, p.messages, func(d completion.Delta) { c.grow(g, d) })
		ended <- ending{result, err}
	}()
	c.work.Go(func() { c.learnOnce(ctx, p.server) })
	pause := time.NewTimer(0)
	<-pause.C
	text, reasoning := len(p.answer.Text), len(p.answer.Reasoning) // bytes that are saved
	failed := false                                                // to save; it is logged once, and again by finish
	for {
		select {
		case e := <-ended:
			c.finish(g, p, e.Result, e.err)
			return
		case <-g.dirty:
		}
		now := g.now()
		if err := c.file.SaveGrowth(now.ID, now.Text[text:], now.Reasoning[reasoning:]); err == nil {
			text, reasoning = len(now.Text), len(now.Reasoning)
		} else {
			if errors.Is(err, history.ErrNotFound) {
				g.cancel(errStopped) // the conversation was deleted
			}
			if !failed {
				log.Printf("%v", err)
			}
			failed = true
		}
		pause.Reset(saveInterval)
		select {
		case e := <-ended:
			c.finish(g, p, e.Result, e.err)
			return
		case <-pause.C:
		}
	}
}

func (c *chat) grow(g *generation, d completion.Delta) {
	g.mu.Lock()
	g.text.WriteString(d.Text)
	g.reasoning.WriteString(d.Reasoning)
	g.mu.Unlock()
	select {
	case g.dirty <- struct{}{}:
	default: // a save is due already
	}
	c.hub.publish(g.conversation, changes{growth: true})
}

// finish gives an answer its final state, saves and releases it.
func (c *chat) finish(g *generation, p prompt, result completion.Result, err error) {
	server, finish := p.server, result.Finish
	var failure *problem
	if err != nil {
		failure = c.explainHere(context.Background(), err, server)
	}
	g.mu.Lock()
	m := &g.message
	m.Finished = time.Now()
	thought, said := splitThinking(g.text.String())
	nothing := strings.TrimSpace(said) == ""
	if result.Usage != (completion.Usage{}) {
		m.Tokens = history.Tokens(result.Usage)
	}
	switch {
	case errors.Is(err, errStopped):
		m.State = history.Stopped
	case errors.Is(err, errClosing):
		m.State = history.Interrupted
	case err != nil:
		m.State, m.Problem = history.Failed, failure
	case finish == completion.Filtered:
		m.State, m.Problem = history.Failed, filteredAnswer(server)
	case nothing && finish == completion.ToolCall:
		m.State, m.Problem = history.Failed, toolCall(server)
	case nothing:
		m.State, m.Problem = history.Failed, emptyAnswer(server, finish, thought != "" || g.reasoning.Len() > 0)
	case finish == completion.Length:
		m.State = history.Truncated
	default:
		m.State = history.Complete
	}
	g.mu.Unlock()
	final := g.now()
	if err := c.file.SaveAnswer(final); err != nil && !errors.Is(err, history.ErrNotFound) {
		log.Printf("%v", err)
		final.Problem = unsavedProblem(err, c.file.Path())
		g.mu.Lock()
		g.message = final
		g.mu.Unlock()
		c.mu.Lock()
		c.unsaved[final.ID] = final
		c.mu.Unlock()
	}
	c.markWorkflow(g.conversation, p.before, final)
	c.report.ended(g.conversation) // before another answer can begin there
	c.release(g)
	c.hub.publish(g.conversation, changes{list: true, thread: true})
}

// stopAnswer stops the answer being written in a conversation, if there is one, and waits
// until it is saved.
func (c *chat) stopAnswer(conversation string) {
	if g := c.generation(conversation); g != nil {
		g.cancel(errStopped)
		<-g.done
	}
}
