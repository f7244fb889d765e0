package completion

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// Delta is the next piece of an answer: text, or the reasoning that precedes it.
type Delta struct {
	Text, Reasoning string
}

// Usage is how many tokens a server has counted; 0 if it does not say.
type Usage struct {
	Read, Written int
}

// Result is what is known of an answer beside its text.
type Result struct {
	Finish FinishReason
	Usage  Usage
}

// afterFinish is how long a stream may stay open after its last piece: some servers never
// close it.
const afterFinish = 3 * time.Second

// errTimedOut is the cause for the cancellation of a request that got no data for too long.
var errTimedOut = errors.New("the server sent nothing for too long")

// Answer asks model for the next message and calls each with its pieces, in order. Its error
// is an *Error, or the cause of ctx's cancellation; the pieces before it are valid.
func (c *Client) Answer(ctx context.Context, server Server, model string, messages []Message, each func(Delta)) (Result, error) {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := c.Silence
	if silence == 0 {
		silence = 5 * time.Minute
	}
	watchdog := time.AfterFunc(silence, func() { cancel(errTimedOut) })
	defer watchdog.Stop()

	s := stream{each: each, result: Result{}, watchdog: watchdog, silence: silence}
	request := chatRequest{Model: model, Messages: messages, Stream: true, Options: &streamOptions{true}}
	var err error
	for range 4 {
		if err = c.answer(limited, server, request, &s); err == nil || s.received > 0 || !request.simplify(err) {
			break
		}
	}
	switch {
	case err == nil:
		return s.result, nil
	case ctx.Err() != nil:
		return s.result, context.Cause(ctx)
	case errors.Is(context.Cause(limited), errTimedOut):
		return s.result, &Error{Kind: TimedOut, Err: errTimedOut}
	}
	return s.result, err
}

type chatRequest struct {
	Model    string         `json:"model"`
	Messages []Message      `json:"messages"`
	Stream   bool           `json:"stream"`
	Options  *streamOptions `json:"stream_options,omitempty"`
}

type streamOptions struct {
	Usage bool `json:"include_usage"`
}

// simplify takes out of a request what its error says the server does not know: counting
// tokens, streaming, or a system prompt (the templates of some models have none). It reports whether
// there was something.
func (r *chatRequest) simplify(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Status < 400 || e.Status >= 600 {
		return false
	}
	words := strings.ToLower(e.Message)
	if r.Options != nil && (strings.Contains(words, "stream_options") || strings.Contains(words, "include_usage") || e.Status == http.StatusUnprocessableEntity) {
		r.Options = nil
		return true
	}
	if r.Stream && strings.Contains(words, "stream") && (strings.Contains(words, "not support") || strings.Contains(words, "must be verified to stream")) {
		r.Stream, r.Options = false, nil
		return true
	}
	if len(r.Messages) > 0 && r.Messages[0].Role == "system" && (strings.Contains(words, "developer instruction") || strings.Contains(words, "system") &&
		(strings.Contains(words, "role") || strings.Contains(words, "instruction"))) {
		first, rest := r.Messages[0], r.Messages[1:]
		r.Messages = append([]Message{{Role: "user", Content: first.Content}}, rest...)
		if len(rest) > 0 && rest[0].Role == "user" {
			r.Messages = append([]Message{{Role: "user", Content: first.Content + "\n\n" + rest[0].Content}}, rest[1:]...)
		}
		return true
	}
	return false
}

func (c *Client) answer(ctx context.Context, server Server, request chatRequest, s *stream) error {
	response, err := c.do(ctx, server, http.MethodPost, "/chat/completions", request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	s.watchdog.Reset(s.silence)
	body := readerFunc(func(p []byte) (int, error) {
		n, err := response.Body.Read(p)
		if s.result.Finish == "" {
			s.watchdog.Reset(s.silence)
		}
		return n, err
	})
	if isWebPage(response) {
		return &Error{Kind: NotAModelServer, WebPage: true}
	}
	buffered := bufio.NewReader(body)
	if isWhole(buffered) {
		return s.readWhole(buffered) // not all servers support streams
	}
	return s.read(buffered)
}

// isWhole reports whether a response is JSON rather than events. Its Content-Type is no help:
// some servers send the one under the other's name.
func isWhole(body *bufio.Reader) bool {
	for n := 1; n <= maxBlank; n++ {
		start, err := body.Peek(n)
		if err != nil {
			return false
		}
		switch start[n-1] {
		case ' ', '\t', '\r', '\n', 0xef, 0xbb, 0xbf: // also a byte order mark
			continue
		case '{', '[':
			return true
		}
		return false
	}
	return false
}

// maxBlank is how much white space may precede a response.
const maxBlank = 1024

// readBody reads a body of at most maxBody bytes.
func readBody(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	switch {
	case err != nil:
		return nil, &Error{Kind: Disconnected, Err: err}
	case len(data) > maxBody:
		return nil, &Error{Kind: Oversized}
	}
	return data, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
