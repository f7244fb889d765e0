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
			if !slices.Equal(got, test.want) || completion.KindOf(err) != test.kind {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestFindAddsWhatWasLeftOut(t *testing.T) {
	model := modeltest.New(t, "tiny")
	var client completion.Client
	server, models, err := client.Find(t.Context(), completion.Server{Base: model.URL})
	if err != nil || server.Base != model.Base() || !slices.Equal(models, []string{"tiny"}) {
		t.Errorf("got %v, %q, %v", server, models, err)
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
	if len(found) != 2 || found[0].Name != "first" || found[1].Name != "second" || found[1].Models[0] != "b" {
		t.Errorf("found %+v", found)
	}
	for _, key := range append(first.Keys(), second.Keys()...) {
		if key != "" {
			t.Errorf("the key %q was sent", key)
		}
	}
}
