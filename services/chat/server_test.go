package chat

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"
)

type setupAnswer struct {
	Ready   bool
	Label   string
	HTML    string
	Servers []struct {
		Name, Address string
		Models        int
	}
}

func (a *app) look() (answer setupAnswer) {
	a.Helper()
	if err := json.Unmarshal([]byte(a.post("/api/setup", nil)), &answer); err != nil {
		a.Fatal(err)
	}
	return answer
}

func TestLocalServerIsFoundAndUsed(t *testing.T) {
	bare, good := modeltest.New(t, "nomic-embed-text"), modeltest.New(t, "nomic-embed-text", "qwen3:8b")
	a := serve(t, "", completion.LocalServer{Name: "LM Studio", Base: bare.Base()}, completion.LocalServer{Name: "Ollama", Base: good.Base()})
	if len(good.Keys()) > 0 {
		t.Error("a server was asked before a page was open")
	}
	answer := a.look()
	if !answer.Ready || answer.Label != "qwen3:8b · Ollama" || len(answer.Servers) != 2 {
		t.Errorf("got %+v", answer)
	}
	webtest.Contains(t, answer.HTML, "qwen3:8b", "Ollama", "on this computer")
	a.begin("Hi")
	if turn := good.Next(t); turn.Model != "qwen3:8b" {
		t.Errorf("asked %+v", turn)
	} else {
		turn.Answer("Hi")
	}
	good.Offer("other")
	if answer := a.look(); answer.Label != "qwen3:8b · Ollama" {
		t.Errorf("a second look changed the choice: %+v", answer)
	}
}

func TestWithoutAServerThePageSaysHowToGetOne(t *testing.T) {
	a := serve(t, "", completion.LocalServer{Name: "Ollama", Base: "http://127.0.0.1:1/v1"})
	answer := a.look()
	if answer.Ready {
		t.Error("it is ready")
	}
	webtest.Contains(t, answer.HTML, "No model server found", "looked for Ollama", "ollama.com/download", "ollama pull llama3.2", "Enter an address")
	status, refused := a.request("POST", "/api/conversations", map[string]string{"text": "Hello"})
	if status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	webtest.Contains(t, refused, "There is no model server yet.", "Your message stays here")
}

func TestServerWithoutModels(t *testing.T) {
	model := modeltest.New(t)
	a := serve(t, "", completion.LocalServer{Name: "Ollama", Base: model.Base()})
	webtest.Contains(t, a.look().HTML, "Ollama has no model yet", "ollama pull llama3.2")
	model.Offer("llama3.2")
	if answer := a.look(); !answer.Ready {
		t.Errorf("got %+v", answer)
	}
}

func TestServerOfTheEnvironment(t *testing.T) {
	model, local := modeltest.New(t, "only"), modeltest.New(t, "tiny")
	a := serve(t, "", completion.LocalServer{Name: "Ollama", Base: local.Base()})
	t.Setenv("OPENAI_BASE_URL", model.Base()+"/")
	t.Setenv("OPENAI_API_KEY", "from-environment")
	if answer := a.look(); !answer.Ready || !strings.HasPrefix(answer.Label, "only · 127.0.0.1:") {
		t.Errorf("got %+v", answer)
	}
	a.begin("Hi")
	model.Next(t).Answer("Hi")
	if keys := model.Keys(); len(keys) < 2 || slices.ContainsFunc(keys, func(key string) bool { return key != "Bearer from-environment" }) {
		t.Errorf("keys %q", keys)
	}
	if slices.ContainsFunc(local.Keys(), func(key string) bool { return key != "" }) {
		t.Errorf("the local server got keys %q", local.Keys())
	}
	os.Unsetenv("OPENAI_BASE_URL")
	webtest.Contains(t, a.look().Label, "tiny · Ollama")
}

func TestKeyOnlyGoesToItsServer(t *testing.T) {
	first, second := modeltest.New(t, "tiny"), modeltest.New(t, "tiny")
	a := serve(t, "")
	a.use(first, "sk-secret")
	a.post("/api/settings", map[string]string{"address": first.Base(), "model": "tiny"}) // the key field stays empty
	a.post("/api/models", map[string]string{"address": second.Base()})
	a.begin("Hi")
	first.Next(t).Answer("Hi")
	if keys := first.Keys(); keys[len(keys)-1] != "Bearer sk-secret" {
		t.Errorf("keys %q", keys)
	}
	for _, path := range []string{"/", "/api/setup"} {
		if _, page := a.request(map[bool]string{true: "GET", false: "POST"}[path == "/"], path, nil); strings.Contains(page, "sk-secret") {
			t.Errorf("%s tells the key", path)
		}
	}
	_, page := a.request("GET", "/", nil)
	webtest.Contains(t, page, "Saved; leave empty to keep it", "not encrypted", "Forget the saved key")

	a.post("/api/settings", map[string]string{"address": second.Base(), "model": "tiny"})
	a.begin("Hi")
	second.Next(t).Answer("Hi")
	if slices.ContainsFunc(second.Keys(), func(key string) bool { return key != "" }) {
		t.Errorf("the second server got keys %q", second.Keys())
	}
	a.post("/api/settings", map[string]string{"address": first.Base(), "model": "tiny"})
	a.begin("Hi")
	first.Next(t).Answer("Hi")
	if keys := first.Keys(); keys[len(keys)-1] != "" {
		t.Errorf("the old key came back: %q", keys)
	}
}

func TestSavedAddressGetsWhatWasLeftOut(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serve(t, "")
	a.post("/api/settings", map[string]string{"address": strings.TrimPrefix(model.URL, "http://"), "model": "tiny"})
	if s, err := a.server(); err != nil || s.Base != model.Base() {
		t.Errorf("got %+v, %v", s, err)
	}
	if status, answer := a.request("POST", "/api/settings", map[string]string{"address": "ftp://x"}); status != http.StatusBadRequest {
		t.Errorf("status %d %s", status, answer)
	}
}

func TestFailuresAreToldInThreeParts(t *testing.T) {
	a, model := serveWithModel(t)
	tests := []struct {
		name   string
		answer func(turn *modeltest.Turn)
		parts  []string
	}{
		{"a wrong key", func(turn *modeltest.Turn) { turn.Fail(401, nil, `{"error":{"message":"bad key"}}`) },
			[]string{"refused the request", "asks for a key", "bad key", "in the settings"}},
		{"a missing model", func(turn *modeltest.Turn) { turn.Fail(404, nil, `{"error":{"message":"model not found"}}`) },
			[]string{"does not have the model tiny", "removed or renamed", "Choose another model"}},
		{"too many requests", func(turn *modeltest.Turn) {
			turn.Fail(429, http.Header{"Retry-After": {"20"}}, `{"error":"slow down"}`)
		},
			[]string{"no more requests", "slow down", "after 20 s"}},
		{"a long conversation", func(turn *modeltest.Turn) { turn.Fail(400, nil, `{"error":{"message":"maximum context length is 5"}}`) },
			[]string{"too long for this model", "Leave out the oldest turns"}},
		{"a cut connection", func(turn *modeltest.Turn) { turn.Say("half"); turn.Break() },
			[]string{"broke off", "closed the connection", "Continue it", "<p>half</p>", `data-retry="continue"`}},
		{"a web page", func(turn *modeltest.Turn) {
			turn.Fail(200, http.Header{"Content-Type": {"text/html"}}, "<html><script>alert(1)</script>")
		}, []string{"is no model server", "It answered with a web page.", "end in /v1"}},
		{"a web page that says no", func(turn *modeltest.Turn) {
			turn.Fail(500, http.Header{"Content-Type": {"text/html"}}, "<html>Oops")
		}, []string{"It reports an error of its own. It answered with a web page."}},
		{"nonsense", func(turn *modeltest.Turn) {
			turn.Raw("data: {oops}\n\n")
			turn.Left()
		}, []string{"cannot be read", "not valid", "Try again"}},
		{"an endless line", func(turn *modeltest.Turn) {
			turn.Do(func(w http.ResponseWriter) bool {
				for range 3000 {
					if _, err := w.Write([]byte(strings.Repeat("x", 1000))); err != nil {
						return false
					}
				}
				return false
			})
		}, []string{"too large", "shorter"}},
		{"silence", func(turn *modeltest.Turn) { turn.Finish("stop") }, []string{"answered nothing", "Try again"}},
		{"a gateway", func(turn *modeltest.Turn) {
			turn.Fail(504, http.Header{"Content-Type": {"text/html"}}, "<html>504 Gateway Time-out")
		}, []string{"is not available at the moment", "a gateway or a proxy, answered in its place (status 504)", "See whether the server behind it is running"}},
		{"a firewall", func(turn *modeltest.Turn) {
			turn.Fail(403, http.Header{"Content-Type": {"text/html"}}, "<html>Just a moment...")
		}, []string{"refused the request", "need not be about the key"}},
		{"a month's limit", func(turn *modeltest.Turn) {
			turn.Fail(400, nil, `{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2025-07-01 at 00:00 UTC."}}`)
		}, []string{"is used up", "2025-07-01 at 00:00 UTC", "Wait until it begins anew"}},
		{"thoughts and nothing else", func(turn *modeltest.Turn) { turn.Say("<think>hm, and"); turn.Finish("stop") }, []string{"answered nothing", "hm, and"}},
		{"thoughts up to the limit", func(turn *modeltest.Turn) { turn.Say("<think>hm"); turn.Finish("length") }, []string{"answered nothing", "used up by thinking"}},
		{"a filter", func(turn *modeltest.Turn) { turn.Say("The"); turn.Finish("content_filter") }, []string{"withheld the answer"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id := a.begin("Hi")
			test.answer(model.Next(t))
			if m := a.finished(id); m.State != history.Failed || m.Problem == nil || m.Problem.What == "" || m.Problem.Now == "" {
				t.Errorf("got %+v, %+v", m, m.Problem)
			}
			_, page := a.request("GET", "/c/"+id, nil)
			webtest.Contains(t, page, test.parts...)
			if strings.Contains(page, "says: “it ") {
				t.Error("the server's words are ours")
			}
		})
	}
	t.Run("a cut by length", func(t *testing.T) {
		id := a.begin("Hi")
		turn := model.Next(t)
		turn.Say("A long")
		turn.Finish("length")
		a.finished(id)
		_, page := a.request("GET", "/c/"+id, nil)
		webtest.Contains(t, page, "limit of length cut this answer", `data-retry="continue"`)
	})
	t.Run("no server", func(t *testing.T) {
		model.Close()
		id := a.begin("Hi")
		if m := a.finished(id); m.State != history.Failed {
			t.Errorf("got %+v", m)
		}
		_, page := a.request("GET", "/c/"+id, nil)
		webtest.Contains(t, page, "does not answer", "Nothing listens at", "Start")
	})
}

// Many models require the roles to alternate, and reasoning is not sent back.
func TestPromptTakesTurns(t *testing.T) {
	prompt := toPrompt([]history.Message{
		{Role: history.User, Text: "one"}, {Role: history.Assistant, Text: " "},
		{Role: history.User, Text: "two"}, {Role: history.Assistant, Text: "<think>hm</think>\n\nthree"},
		{Role: history.User, Text: "four"},
	})
	want := []completion.Message{{Role: "user", Content: "one\n\ntwo"}, {Role: "assistant", Content: "three"}, {Role: "user", Content: "four"}}
	if !slices.Equal(prompt, want) {
		t.Errorf("got %q", prompt)
	}
}
