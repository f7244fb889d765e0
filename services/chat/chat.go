// Package chat is the built-in Chat: conversations with the models of any server of the
// OpenAI-compatible protocol.
//
//	GET    /                                   a new conversation
//	GET    /c/{id}                             a conversation
//	GET    /api/events?conversation={id}&listed={n}&shown={n}  server-sent events (see events.go)
//	GET    /api/search?q=                      the part of the list that is found
//	POST   /api/conversations                  {text, tab, model, instructions, workflow}: create one; → {id}
//	POST   /api/conversations/{id}/messages    {text, tab}: add a message
//	POST   /api/conversations/{id}/stop        stop the answer being written
//	POST   /api/conversations/{id}/continue    {message}: continue an unfinished answer
//	POST   /api/conversations/{id}/again       {message}: another version of an answer
//	POST   /api/conversations/{id}/edit        {message, text}: another version of a question, and its answer
//	POST   /api/conversations/{id}/version     {message}: show this version
//	POST   /api/conversations/{id}/omit        {messages, omitted}: whether the model is sent them
//	POST   /api/conversations/{id}/shorten     {message}: omit the oldest turns; with a message, answer it again
//	POST   /api/conversations/{id}/fix         {message, fence}: have a workflow's errors corrected
//	POST   /api/conversations/{id}/title       {title}
//	POST   /api/conversations/{id}/options     {model, instructions, workflow}
//	GET    /api/conversations/{id}/export?format=markdown|json
//	DELETE /api/conversations/{id}
//	POST   /api/conversations/{id}/restore
//	DELETE /api/deleted                        remove the deleted ones for good
//	GET    /api/conversations/{id}/messages/{message}  the text of a message
//	GET    /api/conversations/{id}/messages/{message}/workflows/{fence}       the file
//	GET    /api/conversations/{id}/messages/{message}/workflows/{fence}/diff  what has changed in it, as HTML
//	POST   /api/workflows/check                {text, name}: → {html, valid}
//	POST   /api/workflows                      {name, text, replace}: save a file; → {path, command}
//	POST   /api/drafts                         {conversation, tab, text, replaces}
//	POST   /api/setup                          find a model server; → {ready, html, servers}
//	POST   /api/servers/start                  {name}: start a model server on this computer
//	POST   /api/models                         {address, key}: → {address, models}
//	POST   /api/settings                       {address, key, model, forget}
//	DELETE /api/notice                         dismiss the notice of a damaged file
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

// Options of a Chat.
type Options struct {
	// Database is the path of the SQLite file. It is created by its first use.
	Database string
	// DashboardURL is the address of the Dashboard, or "" for no link to it.
	DashboardURL string
	// LocalServers are where the Chat looks for a model server if none was chosen; nil
	// means completion.WellKnown.
	LocalServers []completion.LocalServer
	// Workflows is the folder where workflow files are saved; "" means "workflows" in the
	// user's home. It is made by its first use.
	Workflows string
	// Instance gets a report of each answer being written, as a workflow of Service. If
	// it is nil there are no reports.
	Instance *control.Client
	Service  string // name of this service there
}

type chat struct {
	Options
	file   *history.File
	client completion.Client
	hub    hub
	report *reporter

	cache     renderCache
	purgeOnce sync.Once

	mu       sync.Mutex
	running  map[string]*generation    // by conversation
	unsaved  map[int64]history.Message // answers that could not be saved
	asked    map[string]bool           // servers that were asked for those
	contexts map[modelKey]int          // sizes, in tokens, as servers tell them
	closed   bool
	work     sync.WaitGroup // of the generations
}

// New returns the Chat's pages, and the closer that ends its work: Close interrupts the
// answers being written, saves what there is of them, and closes the file. New neither opens
// files nor parses templates, so that the service is ready at once.
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
	mux.HandleFunc("GET /api/events", web.Streams()(c.events))
	mux.HandleFunc("POST /api/conversations", c.createConversation)
	mux.HandleFunc("POST /api/conversations/{id}/messages", c.addMessage)
	mux.HandleFunc("POST /api/conversations/{id}/stop", c.stopRequested)
	mux.HandleFunc("POST /api/conversations/{id}/continue", c.continueAnswer)
	mux.HandleFunc("POST /api/conversations/{id}/again", c.regenerate)
	mux.HandleFunc("POST /api/conversations/{id}/edit", c.edit)
	mux.HandleFunc("POST /api/conversations/{id}/version", c.chooseVersion)
	mux.HandleFunc("POST /api/conversations/{id}/omit", c.omit)
	mux.HandleFunc("POST /api/conversations/{id}/shorten", c.shorten)
	mux.HandleFunc("POST /api/conversations/{id}/fix", c.fix)
	mux.HandleFunc("POST /api/conversations/{id}/title", c.rename)
	mux.HandleFunc("POST /api/conversations/{id}/options", c.saveOptions)
	mux.HandleFunc("GET /api/conversations/{id}/export", c.export)
	mux.HandleFunc("POST /api/conversations/{id}/restore", c.restore)
	mux.HandleFunc("DELETE /api/deleted", c.purge)
	mux.HandleFunc("DELETE /api/conversations/{id}", c.delete)
	mux.HandleFunc("GET /api/conversations/{id}/messages/{message}", c.messageText)
	mux.HandleFunc("GET /api/conversations/{id}/messages/{message}/workflows/{fence}", c.downloadWorkflow)
	mux.HandleFunc("GET /api/conversations/{id}/messages/{message}/workflows/{fence}/diff", c.compareWorkflow)
	mux.HandleFunc("POST /api/workflows/check", c.checkWorkflow)
	mux.HandleFunc("POST /api/workflows", c.saveWorkflow)
	mux.HandleFunc("GET /api/search", c.search)
	mux.HandleFunc("POST /api/drafts", c.saveDraft)
	mux.HandleFunc("POST /api/setup", c.setup)
	mux.HandleFunc("POST /api/servers/start", c.startServer)
	mux.HandleFunc("POST /api/models", c.models)
	mux.HandleFunc("POST /api/settings", c.saveSettings)
	mux.HandleFunc("DELETE /api/notice", c.dismiss)
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("GET /chat/", web.Files("/chat/", assets))
	mux.HandleFunc("/", web.Missing(c.notFound))
	return mux
}

// Causes for the cancellation of an answer.
var (
	errStopped = errors.New("stopped by the user")
	errClosing = errors.New("the Chat is closing")
)

// Close interrupts the answers being written, waits until they are saved, and closes the
// file.
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

// thread returns a conversation's messages, with the current text of one being written.
func (c *chat) thread(conversation string) ([]history.Message, error) {
	for {
		g := c.generation(conversation)
		messages, err := c.file.Messages(conversation)
		if err != nil {
			return nil, err
		}
		if c.generation(conversation) != g {
			continue // an answer has begun or ended meanwhile
		}
		for i, m := range messages {
			messages[i] = c.current(m, g)
		}
		return messages, nil
	}
}

// current returns the current content of a message of the file: g, if not nil, is ahead of
// the file, and an answer that could not be saved is only in memory.
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
		m.State = history.Interrupted // the process that wrote it has ended
	}
	return m
}

func (c *chat) generation(conversation string) *generation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running[conversation]
}

// withRequestTimeout is the context of a request for a server's models.
func withRequestTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, requestTimeout)
}
