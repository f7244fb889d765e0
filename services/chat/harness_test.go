package chat

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"
)

// app is a running Chat.
type app struct {
	*testing.T
	*chat
	url  string
	stop func() // ends it before the test does
}

// serve starts a Chat with a database ("" for a new one) that looks only for the given model
// servers.
func serve(t *testing.T, database string, servers ...completion.LocalServer) *app {
	t.Helper()
	if database == "" {
		database = filepath.Join(t.TempDir(), "state", "chat.db")
	}
	if servers == nil {
		servers = []completion.LocalServer{}
	}
	return start(t, "127.0.0.1:0", Options{Database: database, DashboardURL: "http://127.0.0.1:7861/", LocalServers: servers,
		Workflows: filepath.Join(filepath.Dir(database), "workflows")})
}

// start starts a Chat at an address.
func start(t *testing.T, address string, options Options) *app {
	t.Helper()
	handler, closer := New(options)
	t.Cleanup(func() {
		if err := closer.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	bound, stop := webtest.Serve(t, handler, address)
	return &app{T: t, chat: closer.(*chat), url: "http://" + bound, stop: func() {
		stop()
		closer.Close() // Cleanup reports its error
	}}
}

// serveWithModel starts a Chat and the model server that it uses.
func serveWithModel(t *testing.T) (*app, *modeltest.Server) {
	t.Helper()
	a, model := serve(t, ""), modeltest.New(t, "tiny")
	a.use(model, "")
	return a, model
}

// use chooses a model server.
func (a *app) use(model *modeltest.Server, key string) {
	a.Helper()
	a.post("/api/settings", map[string]string{"address": model.Base(), "key": key, "model": "tiny"})
}

// fill changes the file by a statement that may select n from numbers: 0, 1 and so on.
func (a *app) fill(count int, statement string) {
	a.Helper()
	if _, err := a.file.Settings(); err != nil { // makes the file
		a.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.ToSlash(a.Database))
	if err != nil {
		a.Fatal(err)
	}
	defer db.Close()
	numbers := fmt.Sprintf("WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d) ", count-1)
	if _, err := db.Exec(numbers + statement); err != nil {
		a.Fatal(err)
	}
}

// request sends a request and returns the status and the body of the response.
func (a *app) request(method, path string, body any) (int, string) {
	a.Helper()
	return webtest.Request(a, method, a.url+path, body)
}

// post sends a request that must succeed.
func (a *app) post(path string, body any) string {
	a.Helper()
	status, answer := a.request("POST", path, body)
	if status >= 300 {
		a.Fatalf("POST %s: %d %s", path, status, answer)
	}
	return answer
}

// begin creates a conversation and returns its id.
func (a *app) begin(text string) string {
	a.Helper()
	var begun struct{ ID string }
	if err := json.Unmarshal([]byte(a.post("/api/conversations", map[string]string{"text": text})), &begun); err != nil {
		a.Fatal(err)
	}
	return begun.ID
}

// answered creates a conversation with an answer, and returns its id.
func (a *app) answered(model *modeltest.Server, question string, tokens ...string) string {
	a.Helper()
	id := a.begin(question)
	model.Next(a).Answer(tokens...)
	a.finished(id)
	return id
}

// last is the last message of a conversation.
func (a *app) last(conversation string) history.Message {
	a.Helper()
	messages, err := a.thread(conversation)
	if err != nil {
		a.Fatal(err)
	}
	if len(messages) == 0 {
		a.Fatal("the conversation is empty")
	}
	return messages[len(messages)-1]
}

// written waits until the text of the answer being written is text.
func (a *app) written(conversation, text string) {
	a.Helper()
	w := a.hub.subscribe(conversation)
	defer a.hub.unsubscribe(w)
	for a.last(conversation).Text != text {
		select {
		case <-w.wake:
		case <-time.After(webtest.Patience):
			a.Fatalf("the answer is %q, not %q", a.last(conversation).Text, text)
		}
	}
}

// finished waits until no answer is being written, and returns the last one.
func (a *app) finished(conversation string) history.Message {
	a.Helper()
	if g := a.generation(conversation); g != nil {
		<-g.done
	}
	return a.last(conversation)
}
