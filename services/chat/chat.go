// Package chat is the built-in Chat: a conversation with any server of the
// OpenAI-compatible protocol, on this computer or elsewhere.
//
//	GET    /                                   a new conversation
//	GET    /c/{id}                             a conversation
//	GET    /api/events?conversation={id}       server-sent events (see events.go)
//	POST   /api/conversations                  {text}: begin one; → {id}
//	POST   /api/conversations/{id}/messages    {text}: say something
//	POST   /api/conversations/{id}/stop        stop the answer being written
//	POST   /api/conversations/{id}/continue    {message}: go on with an unfinished answer
//	POST   /api/conversations/{id}/again       {message}: replace the last answer
//	POST   /api/conversations/{id}/title       {title}
//	DELETE /api/conversations/{id}
//	GET    /api/conversations/{id}/messages/{message}  the text of a message
//	POST   /api/drafts                         {conversation, text}
//	POST   /api/setup                          find a model server; → {ready, html, servers}
//	POST   /api/models                         {address, key}: → {address, models}
//	POST   /api/settings                       {address, key, model, forget}
//	DELETE /api/notice                         the user has read that a damaged file was set aside
//
// Errors of /api are a control.Problem.
package chat

import (
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"sync"

	"agents-tray/manager/control"
	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
	"agents-tray/services/web"
)

//go:embed assets
var assets embed.FS

// Options says where a Chat keeps its conversations and what it knows of its
// surroundings.
type Options struct {
	// Database is the path of the SQLite file. It is made when it is first needed.
	Database string
	// DashboardURL is where the Dashboard is; without it the pages do not lead there.
	DashboardURL string
	// LocalServers are the places where a model server is looked for if none was
	// chosen; nil means those that the usual servers listen on.
	LocalServers []completion.LocalServer
	// Instance is told which answers are being written, as workflows of Service; nil:
	// nobody is.
	Instance *control.Client
	Service  string // what this service is called there
}

type chat struct {
	Options
	file   *history.File
	client completion.Client
	hub    hub
	report *reporter

	cache renderCache

	mu      sync.Mutex
	running map[string]*generation    // by conversation
	unsaved map[int64]history.Message // answers that the file did not take
	closed  bool
	work    sync.WaitGroup // of the generations
}

// New returns the Chat's pages and what stops its work: Close ends the answers being
// written, keeps what there is of them, and closes the file. New itself opens
// nothing and parses nothing, so that the service answers at once.
func New(options Options) (http.Handler, io.Closer) {
	if options.LocalServers == nil {
		options.LocalServers = completion.WellKnown()
	}
	c := &chat{
		Options: options,
		file:    history.New(options.Database),
		hub:     hub{subscribers: make(map[*subscriber]struct{})},
		report:  newReporter(options.Instance, options.Service),
		running: make(map[string]*generation),
		unsaved: make(map[int64]history.Message),
	}
	return c.routes(), c
}

func (c *chat) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.newPage)
	mux.HandleFunc("GET /c/{id}", c.conversationPage)
	mux.HandleFunc("GET /api/events", c.events)
	mux.HandleFunc("POST /api/conversations", c.createConversation)
	mux.HandleFunc("POST /api/conversations/{id}/messages", c.addMessage)
	mux.HandleFunc("POST /api/conversations/{id}/stop", c.stopRequested)
	mux.HandleFunc("POST /api/conversations/{id}/continue", c.continueAnswer)
	mux.HandleFunc("POST /api/conversations/{id}/again", c.regenerate)
	mux.HandleFunc("POST /api/conversations/{id}/title", c.rename)
	mux.HandleFunc("DELETE /api/conversations/{id}", c.delete)
	mux.HandleFunc("GET /api/conversations/{id}/messages/{message}", c.messageText)
	mux.HandleFunc("POST /api/drafts", c.saveDraft)
	mux.HandleFunc("POST /api/setup", c.setup)
	mux.HandleFunc("POST /api/models", c.models)
	mux.HandleFunc("POST /api/settings", c.saveSettings)
	mux.HandleFunc("DELETE /api/notice", c.dismiss)
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("GET /chat/", web.Files("/chat/", assets))
	mux.HandleFunc("GET /", c.notFound)
	return mux
}

// Reasons for the end of an answer that is being written.
var (
	errStopped = errors.New("stopped by the user")
	errClosing = errors.New("the Chat is closing")
)

// Close ends the answers being written, as interrupted ones, and closes the file. It
// returns when all of that is done.
func (c *chat) Close() error {
	c.report.close()
	c.mu.Lock()
	c.closed = true
	for _, g := range c.running {
		g.cancel(errClosing)
	}
	c.mu.Unlock()
	c.work.Wait()
	c.client.Close()
	return c.file.Close()
}

// thread lists a conversation's messages as they are at this moment, those being
// written included.
func (c *chat) thread(conversation string) ([]history.Message, error) {
	for {
		g := c.generation(conversation)
		messages, err := c.file.Messages(conversation)
		if err != nil {
			return nil, err
		}
		if c.generation(conversation) != g {
			continue // an answer began or ended meanwhile
		}
		for i, m := range messages {
			messages[i] = c.current(m, g)
		}
		return messages, nil
	}
}

// present is what a message of the file is at this moment: the file lags behind the
// answer that g writes, and may have refused another.
func (c *chat) current(m history.Message, g *generation) history.Message {
	if g != nil {
		if now := g.now(); now.ID == m.ID {
			return now
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept, ok := c.unsaved[m.ID]; ok {
		return kept
	}
	if m.State == history.Writing && g == nil {
		m.State = history.Interrupted // nobody writes it any more
	}
	return m
}

func (c *chat) generation(conversation string) *generation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running[conversation]
}

// requestTimeout bounds the short requests to a model server, those for its models.
func withRequestTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, requestTimeout)
}
