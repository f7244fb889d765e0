package completion_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/modeltest"
)

func TestNormalize(t *testing.T) {
	for typed, want := range map[string]string{
		"http://127.0.0.1:11434/v1":                  "http://127.0.0.1:11434/v1",
		" http://127.0.0.1:11434/v1/ ":               "http://127.0.0.1:11434/v1",
		"127.0.0.1:8080":                             "http://127.0.0.1:8080",
		"localhost:1234/v1":                          "http://localhost:1234/v1",
		"[::1]:8080/v1":                              "http://[::1]:8080/v1",
		"api.openai.com/v1":                          "https://api.openai.com/v1", // a key must not travel in the clear by default
		"https://example.org/v1/chat/completions":    "https://example.org/v1",
		"https://example.org/v1/models?x=1#y":        "https://example.org/v1",
		"http://gpu/v1":                              "http://gpu/v1",
		"gpu:8000":                                   "http://gpu:8000",
		"":                                           "",
		"ftp://example.org":                          "",
		"http://":                                    "",
		"https://key@example.org/v1":                 "",
		"http://exa mple/":                           "",
		"javascript://127.0.0.1/%0aalert(1)":         "",
		"file:///etc/passwd":                         "",
		"http://127.0.0.1:11434/v1/chat/completions": "http://127.0.0.1:11434/v1",
	} {
		got, err := completion.Normalize(typed)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("Normalize(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

// names of models.
func names(models []completion.Model) []string {
	if models == nil {
		return nil
	}
	list := []string{}
	for _, m := range models {
		list = append(list, m.Name)
	}
	return list
}

func TestModels(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
		kind       completion.Kind
	}{
		{"the usual", `{"object":"list","data":[{"id":"a"},{"id":"b"}]}`, []string{"a", "b"}, 0},
		{"Ollama without models", `{"object":"list","data":null}`, []string{}, 0},
		{"an empty list", `{"data":[]}`, []string{}, 0},
		{"names for ids", `{"models":[{"name":"a"},{"model":"x"}]}`, []string{"a"}, 0},
		{"something else", `{"status":"ok"}`, nil, completion.NotAModelServer},
		{"a list", `[1]`, nil, completion.NotAModelServer},
		{"a page", `<html>`, nil, completion.NotAModelServer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, test.body) }))
			defer server.Close()
			var client completion.Client
			got, err := client.Models(t.Context(), completion.Server{Base: server.URL})
			if !slices.Equal(names(got), test.want) || completion.KindOf(err) != test.kind {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// What servers say of their models, as their documentation has it.
func TestWhatModelsAreFor(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"object":"list","data":[
			{"id":"vllm","max_model_len":8192},
			{"id":"openrouter","context_length":131072,"architecture":{"output_modalities":["text"],"modality":"text->text"}},
			{"id":"painter","architecture":{"output_modalities":["image"]}},
			{"id":"groq","context_window":32768,"active":true},
			{"id":"mistral","max_context_length":262144,"capabilities":{"completion_chat":true}},
			{"id":"mistral-ocr","capabilities":{"completion_chat":false}},
			{"id":"llama.cpp","meta":{"n_ctx_train":4096,"n_vocab":32000}},
			{"id":"lmstudio","type":"llm","max_context_length":40960,"loaded_context_length":4096,"capabilities":["tool_use"]},
			{"id":"lm","type":"embeddings"},
			{"id":"text-embedding-3-small"},
			{"id":"odd","context_length":"a lot","meta":null,"type":7}
		]}`)
	}))
	defer server.Close()
	var client completion.Client
	got, err := client.Models(t.Context(), completion.Server{Base: server.URL})
	want := []completion.Model{
		{"vllm", 8192, false}, {"openrouter", 131072, false}, {"painter", 0, true}, {"groq", 32768, false}, {"mistral", 262144, false},
		{"mistral-ocr", 0, true}, {"llama.cpp", 4096, false}, {"lmstudio", 4096, false}, {"lm", 0, true}, {"text-embedding-3-small", 0, true},
		{"odd", 0, false},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFindAddsWhatWasLeftOut(t *testing.T) {
	model := modeltest.New(t, "tiny")
	var client completion.Client
	server, models, err := client.Find(t.Context(), completion.Server{Base: model.URL})
	if err != nil || server.Base != model.Base() || !slices.Equal(names(models), []string{"tiny"}) {
		t.Errorf("got %v, %v, %v", server, models, err)
	}
}

func TestDiscoverKeepsTheOrderAndSendsNoKey(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "secret")
	first, second := modeltest.New(t, "a"), modeltest.New(t, "b")
	gone := httptest.NewServer(nil)
	gone.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	defer other.Close()
	stuck := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stuck }))
	defer silent.Close()
	defer close(stuck)
	var client completion.Client
	found := client.Discover(t.Context(), []completion.LocalServer{
		{Name: "gone", Base: gone.URL}, {Name: "silent", Base: silent.URL}, {Name: "first", Base: first.Base()},
		{Name: "other", Base: other.URL}, {Name: "second", Base: second.Base()},
	})
	if len(found) != 2 || found[0].Name != "first" || found[1].Name != "second" || found[1].Models[0].Name != "b" {
		t.Errorf("found %+v", found)
	}
	for _, key := range append(first.Keys(), second.Keys()...) {
		if key != "" {
			t.Errorf("the key %q was sent", key)
		}
	}
}
