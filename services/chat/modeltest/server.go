// Package modeltest is a model server for tests: an HTTP server of the OpenAI-compatible
// protocol whose answers a test writes token by token.
package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for anything.
const patience = time.Minute

// Server is a model server.
type Server struct {
	*httptest.Server
	turns chan *Turn

	mu     sync.Mutex
	models []string
	keys   []string
}

// New starts a server with these models; "tiny@4096" is a model that can read so many tokens. It ends with the test.
func New(t testing.TB, models ...string) *Server {
	t.Helper()
	return NewAt(t, "127.0.0.1:0", models...)
}

// NewAt is New at an address, which must be free.
func NewAt(t testing.TB, address string, models ...string) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{turns: make(chan *Turn, 16), models: models}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", s.list)
	mux.HandleFunc("POST /v1/chat/completions", s.complete)
	s.Server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: mux}}
	s.Start()
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// Base is the server's base address.
func (s *Server) Base() string { return s.URL + "/v1" }

// Offer changes the list of models.
func (s *Server) Offer(models ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.models = models
}

// Keys returns the Authorization headers of all requests so far.
func (s *Server) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.keys...)
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.keys = append(s.keys, r.Header.Get("Authorization"))
	type model struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Context int    `json:"max_model_len,omitempty"` // as vLLM tells it
	}
	var data []model // null without models, as Ollama does
	for _, id := range s.models {
		id, size, _ := strings.Cut(id, "@")
		context, _ := strconv.Atoi(size)
		data = append(data, model{id, "model", context})
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data})
}

// Turn is one request for an answer, whose methods write that answer.
type Turn struct {
	Model    string
	Messages []struct{ Role, Content string }
	Stream   bool

	t        testing.TB
	commands chan func(w http.ResponseWriter) (more bool)
	left     chan struct{} // closed when the request has ended
}

// Next waits for the next request.
func (s *Server) Next(t testing.TB) *Turn {
	t.Helper()
	select {
	case turn := <-s.turns:
		turn.t = t
		return turn
	case <-time.After(patience):
		t.Fatal("no request came to the model server")
		return nil
	}
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	turn := &Turn{commands: make(chan func(http.ResponseWriter) bool), left: make(chan struct{})}
	defer close(turn.left)
	if err := json.NewDecoder(r.Body).Decode(turn); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.keys = append(s.keys, r.Header.Get("Authorization"))
	s.mu.Unlock()
	s.turns <- turn
	for {
		select {
		case <-r.Context().Done():
			return
		case command := <-turn.commands:
			if !command(w) {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// Do calls do with the response, which ends if it returns false.
func (turn *Turn) Do(do func(w http.ResponseWriter) (more bool)) {
	turn.t.Helper()
	select {
	case turn.commands <- do:
	case <-turn.left:
		turn.t.Error("the client has left the model server")
	case <-time.After(patience):
		turn.t.Fatal("the model server is stuck")
	}
}

// Raw sends bytes as they are.
func (turn *Turn) Raw(data string) {
	turn.t.Helper()
	turn.Do(func(w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, data)
		return true
	})
}

// Say sends tokens of text, one event each.
func (turn *Turn) Say(tokens ...string) {
	turn.t.Helper()
	for _, token := range tokens {
		turn.Raw(event(map[string]any{"index": 0, "delta": map[string]string{"content": token}, "finish_reason": nil}))
	}
}

// Think sends reasoning.
func (turn *Turn) Think(token string) {
	turn.t.Helper()
	turn.Raw(event(map[string]any{"index": 0, "delta": map[string]string{"reasoning_content": token}}))
}

// Finish ends the answer for a reason, as in "stop".
func (turn *Turn) Finish(reason string) {
	turn.t.Helper()
	turn.Do(func(w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, event(map[string]any{"index": 0, "delta": map[string]string{}, "finish_reason": reason})+
			"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1207,\"completion_tokens\":42,\"total_tokens\":1249}}\n\ndata: [DONE]\n\n")
		return false
	})
}

// Answer sends a whole answer.
func (turn *Turn) Answer(tokens ...string) {
	turn.t.Helper()
	turn.Say(tokens...)
	turn.Finish("stop")
}

// Break cuts the connection.
func (turn *Turn) Break() {
	turn.t.Helper()
	turn.Do(func(http.ResponseWriter) bool { panic(http.ErrAbortHandler) })
}

// Fail answers with a status and a body; header may be nil.
func (turn *Turn) Fail(status int, header http.Header, body string) {
	turn.t.Helper()
	turn.Do(func(w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "application/json")
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return false
	})
}

// Left waits until the client has ended the request.
func (turn *Turn) Left() {
	turn.t.Helper()
	select {
	case <-turn.left:
	case <-time.After(patience):
		turn.t.Fatal("the client did not end its request to the model server")
	}
}

func event(choice map[string]any) string {
	data, err := json.Marshal(map[string]any{"id": "x", "object": "chat.completion.chunk", "choices": []any{choice}})
	if err != nil {
		panic(err) // strings always encode
	}
	return fmt.Sprintf("data: %s\n\n", data)
}
