// Package completion speaks to servers of the OpenAI-compatible chat protocol:
// Ollama, llama.cpp, LM Studio, vLLM and hosted ones. It tolerates missing and additional
// fields, and limits the size of what it reads.
//
// It is net/http and a line scanner rather than a client library because the
// libraries at hand (openai-go, go-openai) either add megabytes and start-up time or
// read lines of any length, treat a cut connection as a finished answer and drop the
// error texts of local servers.
package completion

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of what is read from a server, in bytes.
const (
	maxLine   = 1 << 20 // one event of a stream
	maxAnswer = 4 << 20 // text and reasoning of one answer
	maxBody   = 8 << 20 // an answer or a list of models sent in one piece
	maxError  = 64 << 10
)

// Server is where requests go: its base address, as in "http://127.0.0.1:11434/v1",
// and the key it asks for, if any.
type Server struct {
	Base, Key string
}

// Message is one turn of a conversation. Role is "system", "user" or "assistant".
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Client sends requests. The zero value is ready to use.
type Client struct {
	// Silence is how long a server may send nothing until the request fails. 0 means 5
	// minutes: loading a large model from a slow disk takes minutes.
	Silence time.Duration

	once sync.Once
	http *http.Client
}

// do sends a request to path below the server's base address. Its error is an *Error.
// Redirects are not followed, so that messages and key reach only the chosen address.
func (c *Client) do(ctx context.Context, server Server, method, path string, body any) (*http.Response, error) {
	var encoded bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&encoded).Encode(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, server.Base+path, &encoded)
	if err != nil {
		return nil, &Error{Kind: BadAddress, Err: err}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if server.Key != "" {
		request.Header.Set("Authorization", "Bearer "+server.Key)
	}
	response, err := c.client().Do(request)
	if err != nil {
		return nil, &Error{Kind: Unreachable, Err: err}
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, statusError(response)
	}
	return response, nil
}

// Close drops the connections kept for the next request.
func (c *Client) Close() { c.client().CloseIdleConnections() }

func (c *Client) client() *http.Client {
	c.once.Do(func() {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DialContext = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
		transport.IdleConnTimeout = 30 * time.Second
		c.http = &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	})
	return c.http
}
