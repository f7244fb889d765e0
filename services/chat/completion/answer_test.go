package completion_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/modeltest"
)

// ask returns the answer that a server with this response gives.
func ask(t *testing.T, header map[string]string, body string) (text, reasoning string, finish completion.FinishReason, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for name, value := range header {
			w.Header().Set(name, value)
		}
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	var client completion.Client
	defer client.Close()
	result, err := client.Answer(t.Context(), completion.Server{Base: server.URL}, "tiny", nil, func(d completion.Delta) {
		text += d.Text
		reasoning += d.Reasoning
	})
	return text, reasoning, result.Finish, err
}

func delta(content string) string {
	return `data: {"choices":[{"index":0,"delta":{"content":"` + content + `"}}]}` + "\n\n"
}

const ended = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"

func TestStreamsOfManyServers(t *testing.T) {
	tests := []struct {
		name, body      string
		text, reasoning string
		finish          completion.FinishReason
	}{
		{"the usual", delta("a") + delta("b") + ended + "data: [DONE]\n\n", "ab", "", "stop"},
		{"a usage chunk without choices", delta("a") + ended + `data: {"choices":[],"usage":{"total_tokens":3}}` + "\n\ndata: [DONE]\n\n", "a", "", "stop"},
		{"comments that keep the connection alive", ": keep-alive\n\n" + delta("a") + ":\n\n" + ended, "a", "", "stop"},
		{"carriage returns", strings.ReplaceAll(delta("a")+ended, "\n", "\r\n"), "a", "", "stop"},
		{"no blank lines", strings.ReplaceAll(delta("a")+delta("b")+ended, "\n\n", "\n"), "ab", "", "stop"},
		{"no space after the colon", strings.ReplaceAll(delta("a")+ended, "data: ", "data:"), "a", "", "stop"},
		{"no line end after the last event", delta("a") + strings.TrimSpace(ended), "a", "", "stop"},
		{"no reason to finish", delta("a") + "data: [DONE]\n\n", "a", "", "stop"},
		{"no [DONE]", delta("a") + ended, "a", "", "stop"},
		{"names of events", "event: message\n" + delta("a") + ended, "a", "", "stop"},
		{"null for nothing", `data: {"choices":[{"delta":{"role":"assistant","content":null,"tool_calls":null},"finish_reason":null}],"usage":null,"error":null}` + "\n\n" + delta("a") + ended, "a", "", "stop"},
		{"a limit of length", delta("a") + strings.ReplaceAll(ended, "stop", "length"), "a", "", "length"},
		{"reasoning of llama.cpp", `data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}` + "\n\n" + delta("a") + ended, "a", "hm", "stop"},
		{"reasoning of Ollama", `data: {"choices":[{"delta":{"content":"","reasoning":"hm"}}]}` + "\n\n" + delta("a") + ended, "a", "hm", "stop"},
		{"a refusal", `data: {"choices":[{"delta":{"refusal":"no"}}]}` + "\n\n" + ended, "no", "", "stop"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, reasoning, finish, err := ask(t, nil, test.body)
			if err != nil || text != test.text || reasoning != test.reasoning || finish != test.finish {
				t.Errorf("got %q, %q, %q, %v", text, reasoning, finish, err)
			}
		})
	}
}

func TestAnswerInOnePiece(t *testing.T) {
	text, _, finish, err := ask(t, map[string]string{"Content-Type": "application/json"},
		`{"choices":[{"message":{"role":"assistant","content":"all at once"},"finish_reason":"length"}]}`)
	if err != nil || text != "all at once" || finish != completion.Length {
		t.Errorf("got %q, %q, %v", text, finish, err)
	}
}

func TestStreamsThatFail(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	tests := []struct {
		name   string
		header map[string]string
		body   string
		kind   completion.Kind
		text   string // before the error
		says   string
	}{
		{"nothing", nil, "", completion.Disconnected, "", ""},
		{"ends in the middle", nil, delta("a"), completion.Disconnected, "a", ""},
		{"ends in the middle of an event", nil, delta("a") + `data: {"choi`, completion.Disconnected, "a", ""},
		{"is not JSON", nil, delta("a") + "data: <oops>\n\n", completion.Malformed, "a", "<oops>"},
		{"has an event of 2 MB", nil, delta("a") + delta(long), completion.Oversized, "a", ""},
		{"has no line end in 2 MB", nil, long, completion.Oversized, "", ""},
		{"has 2 MB without an event", nil, strings.Repeat("blah blah\n", 300_000), completion.NotAModelServer, "", "blah blah"},
		{"is another text", nil, "It works!\n", completion.NotAModelServer, "", "It works!"},
		{"is a web page", map[string]string{"Content-Type": "text/html; charset=utf-8"}, "<html>" + long, completion.NotAModelServer, "", ""},
		{"is another JSON", map[string]string{"Content-Type": "application/json"}, `{"ok":true}`, completion.NotAModelServer, "", ""},
		{"claims to be JSON", map[string]string{"Content-Type": "application/json"}, `oops`, completion.NotAModelServer, "", "oops"},
		{"is an error in JSON", map[string]string{"Content-Type": "application/json"}, `{"error":"out of memory"}`, completion.NoMemory, "", "out of memory"},
		{"holds an error object", nil, delta("a") + `data: {"error":{"message":"CUDA died","type":"server_error"}}` + "\n\n", completion.ServerFailed, "a", "CUDA died"},
		{"holds an error text", nil, delta("a") + `data: {"error":"unexpected EOF"}` + "\n\n", completion.ServerFailed, "a", "unexpected EOF"},
		{"is an error line", nil, `{"error":{"message":"model 'x' not found"}}` + "\n", completion.ModelNotFound, "", "model 'x' not found"},
		{"grows too long in mid-stream", nil, `data: {"error":{"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}` + "\n\n", completion.TooLong, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, _, _, err := ask(t, test.header, test.body)
			if completion.KindOf(err) != test.kind || text != test.text {
				t.Fatalf("got %q and kind %d: %v", text, completion.KindOf(err), err)
			}
			var e *completion.Error
			errors.As(err, &e)
			if !strings.Contains(e.Message, test.says) || len(e.Message) > 2000 {
				t.Errorf("it says %q", e.Message)
			}
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		kind   completion.Kind
	}{
		{"a wrong key", 401, `{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}`, completion.Unauthorized},
		{"no permission", 403, `{"detail":"no"}`, completion.Forbidden},
		{"a missing model, Ollama", 404, `{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error"}}`, completion.ModelNotFound},
		{"a missing model, OpenAI", 404, "{\"error\":{\"message\":\"The model `x` does not exist\",\"code\":\"model_not_found\"}}", completion.ModelNotFound},
		{"a missing model, vLLM", 404, `{"object":"error","message":"The model x does not exist.","code":404}`, completion.ModelNotFound},
		{"a wrong path", 404, "404 page not found", completion.NotFound},
		{"a wrong method", 405, "", completion.NotFound},
		{"too many requests", 429, `{"error":{"message":"Rate limit reached"}}`, completion.RateLimited},
		{"a long conversation, OpenAI", 400, `{"error":{"message":"This model's maximum context length is 8192 tokens.","code":"context_length_exceeded"}}`, completion.TooLong},
		{"a long conversation, llama.cpp", 400, `{"error":{"code":400,"message":"request (9000 tokens) exceeds the available context size (4096 tokens)","type":"exceed_context_size_error"}}`, completion.TooLong},
		{"another bad request", 400, `{"error":"roles must alternate"}`, completion.Rejected},
		{"a model being loaded", 503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, completion.Loading},
		{"a failure", 500, `{"error":"llama runner terminated"}`, completion.ServerFailed},
		{"a page of errors", 502, "<html>Bad gateway</html>", completion.Unavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			model := modeltest.New(t)
			var client completion.Client
			failed := make(chan error)
			go func() {
				_, err := client.Answer(t.Context(), completion.Server{Base: model.Base()}, "x", nil, func(completion.Delta) {})
				failed <- err
			}()
			model.Next(t).Fail(test.status, http.Header{"Retry-After": {"20"}}, test.body)
			err := <-failed
			var e *completion.Error
			if !errors.As(err, &e) || e.Kind != test.kind || e.Status != test.status || e.Wait != 20*time.Second {
				t.Errorf("got %+v", err)
			}
		})
	}
}

func TestKeyIsNotSentElsewhere(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed, with key %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/v1/chat/completions", http.StatusTemporaryRedirect))
	defer server.Close()
	var client completion.Client
	_, err := client.Answer(t.Context(), completion.Server{Base: server.URL, Key: "secret"}, "x", nil, func(completion.Delta) {})
	var e *completion.Error
	if !errors.As(err, &e) || e.Kind != completion.Redirected || !strings.Contains(e.Message, elsewhere.URL) {
		t.Errorf("got %v", err)
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	var client completion.Client
	_, err := client.Answer(t.Context(), completion.Server{Base: server.URL}, "x", nil, func(completion.Delta) {})
	if completion.KindOf(err) != completion.Unreachable {
		t.Errorf("got %v", err)
	}
}

func TestServerThatFallsSilent(t *testing.T) {
	model := modeltest.New(t)
	client := completion.Client{Silence: 500 * time.Millisecond}
	failed := make(chan error, 1)
	go func() {
		_, err := client.Answer(t.Context(), completion.Server{Base: model.Base()}, "x", nil, func(completion.Delta) {})
		failed <- err
	}()
	turn := model.Next(t)
	turn.Left()
	if err := <-failed; completion.KindOf(err) != completion.TimedOut {
		t.Errorf("got %v", err)
	}
}

func TestStopTellsItsCause(t *testing.T) {
	model := modeltest.New(t)
	var client completion.Client
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	got := make(chan string, 1)
	failed := make(chan error)
	go func() {
		_, err := client.Answer(ctx, completion.Server{Base: model.Base()}, "x", nil, func(d completion.Delta) { got <- d.Text })
		failed <- err
	}()
	turn := model.Next(t)
	turn.Say("a")
	if text := <-got; text != "a" {
		t.Errorf("got %q", text)
	}
	cancel(enough)
	turn.Left()
	if err := <-failed; !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}
