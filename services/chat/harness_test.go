package chat

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web"
	"agents-tray/services/web/webtest"
)

// app is a Chat served as in the program.
type app struct {
	*testing.T
	*chat
	url      string
	database string
	stop     func()
}

// serve starts a Chat on a database ("" for a new one), which looks for model servers
// in the given places only.
func serve(t *testing.T, database string, servers ...completion.LocalServer) *app {
	t.Helper()
	t.Setenv("OPENAI_BASE_URL", "")
	t.Setenv("OPENAI_API_KEY", "")
	if database == "" {
		database = filepath.Join(t.TempDir(), "state", "chat.db")
	}
	if servers == nil {
		servers = []completion.LocalServer{}
	}
	return start(t, database, "127.0.0.1:0", servers)
}

// serveAt starts a Chat on a database at an address, as after a restart.
func serveAt(t *testing.T, database, address string) *app {
	t.Helper()
	return start(t, database, address, []completion.LocalServer{})
}

func start(t *testing.T, database, address string, servers []completion.LocalServer) *app {
	t.Helper()
	handler, closer := New(Options{Database: database, DashboardURL: "http://127.0.0.1:7861/", LocalServers: servers})
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: web.Protect(handler)}}
	server.Start()
	stopped := false
	a := &app{T: t, chat: closer.(*chat), url: server.URL, database: database}
	a.stop = func() {
		if stopped {
			return
		}
		stopped = true
		server.CloseClientConnections() // the streams of events
		server.Close()
		if err := closer.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	t.Cleanup(a.stop)
	return a
}

// serveWith starts a Chat that uses a model server.
func serveWith(t *testing.T, model *modeltest.Server) *app {
	t.Helper()
	a := serve(t, "")
	a.use(model, "")
	return a
}

// use chooses a model server.
func (a *app) use(model *modeltest.Server, key string) {
	a.Helper()
	a.post("/api/settings", map[string]string{"address": model.Base(), "key": key, "model": "tiny"})
}

// request sends a request and returns the status and the body of the answer.
func (a *app) request(method, path string, body any) (int, string) {
	a.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		a.Fatal(err)
	}
	request, err := http.NewRequest(method, a.url+path, bytes.NewReader(encoded))
	if err != nil {
		a.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		a.Fatal(err)
	}
	return response.StatusCode, string(answer)
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

// begin starts a conversation and returns its id.
func (a *app) begin(text string) string {
	a.Helper()
	var begun struct{ ID string }
	if err := json.Unmarshal([]byte(a.post("/api/conversations", map[string]string{"text": text})), &begun); err != nil {
		a.Fatal(err)
	}
	return begun.ID
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

// written waits until the answer being written says text.
func (a *app) written(conversation, text string) {
	a.Helper()
	w := a.hub.join(conversation)
	defer a.hub.leave(w)
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

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
}
