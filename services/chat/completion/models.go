package completion

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	maxModels    = 2000
	maxModelName = 200 // bytes
)

// Models lists the models that a server offers, in its order.
func (c *Client) Models(ctx context.Context, server Server) ([]string, error) {
	response, err := c.do(ctx, server, http.MethodGet, "/models", nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if isWebPage(response) {
		return nil, &Error{Kind: NotAModelServer, WebPage: true}
	}
	var list struct {
		Object       string
		Data, Models []struct{ ID, Name string }
	}
	if err := readJSON(response.Body, &list); err != nil {
		return nil, err
	}
	entries := list.Data
	if entries == nil {
		entries = list.Models
	}
	if entries == nil && list.Object != "list" { // Ollama without models sends "data": null
		return nil, &Error{Kind: NotAModelServer, Err: errors.New("it sent no list of models")}
	}
	models := make([]string, 0, len(entries))
	for _, entry := range entries {
		name := entry.ID
		if name == "" {
			name = entry.Name
		}
		if name != "" && len(name) <= maxModelName && len(models) < maxModels {
			models = append(models, name)
		}
	}
	return models, nil
}

// Find lists the models of a server whose address may lack its "/v1", and returns
// the address that works.
func (c *Client) Find(ctx context.Context, server Server) (Server, []string, error) {
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
		{"Ollama", "http://127.0.0.1:11434/v1"},
		{"llama.cpp", "http://127.0.0.1:8080/v1"},
		{"LM Studio", "http://127.0.0.1:1234/v1"},
		{"vLLM", "http://127.0.0.1:8000/v1"},
	}
}

// Found is a local server that answered with its list of models.
type Found struct {
	LocalServer
	Models []string
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
