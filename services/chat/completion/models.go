package completion

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"agents-tray/manager/config/scaffold"
)

const (
	maxModels    = 2000
	maxModelName = 200 // bytes
)

// Model is a model that a server offers.
type Model struct {
	Name    string
	Context int  // tokens it can read at once; 0 if the server does not say
	NotChat bool // it is for something else, as the server says or its name
}

// modelEntry is a model in a server's list, with what different servers say about it.
type modelEntry struct {
	ID, Name            string
	MaxModelLen         int `json:"max_model_len"`         // vLLM
	ContextLength       int `json:"context_length"`        // OpenRouter, Together
	ContextWindow       int `json:"context_window"`        // Groq
	MaxContextLength    int `json:"max_context_length"`    // Mistral, LM Studio
	LoadedContextLength int `json:"loaded_context_length"` // LM Studio
	Meta                struct {
		Context int `json:"n_ctx"`
		Trained int `json:"n_ctx_train"`
	} // llama.cpp
	Type         string // LM Studio, Together
	Capabilities json.RawMessage
	Architecture struct {
		Output []string `json:"output_modalities"` // OpenRouter
	}
}

func (e modelEntry) model() Model {
	m := Model{
		Name:    cmp.Or(e.ID, e.Name),
		Context: cmp.Or(e.LoadedContextLength, e.MaxModelLen, e.ContextLength, e.ContextWindow, e.MaxContextLength, e.Meta.Context, e.Meta.Trained),
	}
	var mistral struct {
		Chat *bool `json:"completion_chat"`
	}
	_ = json.Unmarshal(e.Capabilities, &mistral) // others have a list there
	switch e.Type {
	case "embeddings", "embedding", "image", "rerank", "audio", "transcribe", "moderation", "video":
		m.NotChat = true
	}
	m.NotChat = m.NotChat || notChatName(m.Name) || mistral.Chat != nil && !*mistral.Chat ||
		len(e.Architecture.Output) > 0 && !slices.Contains(e.Architecture.Output, "text")
	return m
}

// notChatName reports whether a model's name says that it is not for conversations.
func notChatName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"embed", "rerank", "whisper", "tts", "dall-e", "gpt-image", "imagen-", "veo-", "moderation", "transcribe",
		"-realtime", "babbage-", "davinci-", "stable-diffusion", "bge-", "sora-", "-instruct-0914"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// Models lists the models that a server offers, in its order.
func (c *Client) Models(ctx context.Context, server Server) ([]Model, error) {
	response, err := c.do(ctx, server, http.MethodGet, "/models", nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if isWebPage(response) {
		return nil, &Error{Kind: NotAModelServer, WebPage: true}
	}
	data, err := readBody(response.Body)
	if err != nil {
		return nil, err
	}
	var list struct {
		Object       string
		Data, Models []json.RawMessage
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) { // Together
		err = json.Unmarshal(data, &list.Data)
	} else {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		return nil, &Error{Kind: NotAModelServer, Message: shorten(string(data)), Err: err}
	}
	entries := list.Data
	if entries == nil {
		entries = list.Models
	}
	if entries == nil && list.Object != "list" { // Ollama without models sends "data": null
		return nil, &Error{Kind: NotAModelServer, Err: errors.New("it sent no list of models")}
	}
	models := make([]Model, 0, len(entries))
	for _, entry := range entries {
		var e modelEntry
		_ = json.Unmarshal(entry, &e) // fields of other types than here are left out
		m := e.model()
		if m.Name != "" && len(m.Name) <= maxModelName && len(models) < maxModels {
			models = append(models, m)
		}
	}
	if len(models) == 0 && len(entries) > 0 {
		return nil, &Error{Kind: NotAModelServer, Err: errors.New("it sent a list of something else")}
	}
	return models, nil
}

// Find lists the models of a server whose address may lack its "/v1", and returns
// the address that works.
func (c *Client) Find(ctx context.Context, server Server) (Server, []Model, error) {
	models, err := c.Models(ctx, server)
	if kind := KindOf(err); (kind == NotFound || kind == NotAModelServer) && !strings.HasSuffix(server.Base, "/v1") {
		longer := Server{server.Base + "/v1", server.Key}
		if models, err := c.Models(ctx, longer); err == nil {
			return longer, models, nil
		}
	}
	return server, models, err
}

// Normalize makes a base address of what a user typed. Without a scheme it is https, or http
// for an IP address or a name without a dot; a final slash or request path is removed. Its
// error is an *Error of kind BadAddress.
func Normalize(address string) (string, error) {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		scheme := "https://"
		if plain, err := url.Parse("http://" + address); err == nil &&
			(net.ParseIP(plain.Hostname()) != nil || !strings.Contains(plain.Hostname(), ".")) {
			scheme = "http://"
		}
		address = scheme + address
	}
	parsed, err := url.Parse(address)
	switch {
	case err != nil:
		return "", &Error{Kind: BadAddress, Err: err}
	case parsed.Scheme != "http" && parsed.Scheme != "https", parsed.Host == "":
		return "", &Error{Kind: BadAddress, Err: errors.New("an address starts with http:// or https://")}
	case parsed.User != nil:
		return "", &Error{Kind: BadAddress, Err: errors.New("a key or a password belongs into its own field, not into the address")}
	}
	path := strings.TrimRight(parsed.Path, "/")
	for _, suffix := range []string{"/chat/completions", "/models"} {
		path = strings.TrimSuffix(path, suffix)
	}
	return (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: strings.TrimRight(path, "/")}).String(), nil
}

// LocalServer is a server that may run on this computer.
type LocalServer struct {
	Name string
	Base string
}

// WellKnown are the default addresses of local servers, in order of preference.
func WellKnown() []LocalServer {
	return []LocalServer{
		{"Ollama", scaffold.OllamaURL() + "/v1"},
		{"llama.cpp", "http://127.0.0.1:8080/v1"},
		{"LM Studio", "http://127.0.0.1:1234/v1"},
		{"vLLM", "http://127.0.0.1:8000/v1"},
	}
}

// Found is a local server that answered with its list of models.
type Found struct {
	LocalServer
	Models []Model
}

// probeTimeout is how long a local server may take to respond.
const probeTimeout = 1500 * time.Millisecond

// Discover requests the models of all candidates concurrently, without a key, and returns
// those that respond, in the order given.
func (c *Client) Discover(ctx context.Context, candidates []LocalServer) []Found {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	answers := make([]*Found, len(candidates))
	var all sync.WaitGroup
	for i, candidate := range candidates {
		all.Go(func() {
			if models, err := c.Models(ctx, Server{Base: candidate.Base}); err == nil {
				answers[i] = &Found{candidate, models}
			}
		})
	}
	all.Wait()
	var found []Found
	for _, answer := range answers {
		if answer != nil {
			found = append(found, *answer)
		}
	}
	return found
}
