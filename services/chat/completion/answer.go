package completion

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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

// FinishReason is the reason for the end of an answer. Servers may send others than those below.
type FinishReason string

// Reasons for the end of an answer.
const (
	Stop     FinishReason = "stop"           // the answer is complete
	Length   FinishReason = "length"         // the server's limit cut the answer
	Filtered FinishReason = "content_filter" // the server withheld the rest
	ToolCall FinishReason = "tool_calls"     // the model wants to use a tool
)

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
	for range 3 {
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
// tokens, or a system prompt (the templates of some models have none). It reports whether
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
	if len(r.Messages) > 0 && r.Messages[0].Role == "system" && strings.Contains(words, "system") &&
		(strings.Contains(words, "role") || strings.Contains(words, "instruction")) {
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
	switch kind := response.Header.Get("Content-Type"); {
	case isWebPage(response):
		return &Error{Kind: NotAModelServer, WebPage: true}
	case strings.HasPrefix(kind, "application/json"):
		return s.readWhole(body) // not all servers support streams
	}
	return s.read(body)
}

// stream is an answer as it is read.
type stream struct {
	each     func(Delta)
	result   Result
	received int // bytes of text and reasoning
	watchdog *time.Timer
	silence  time.Duration
}

// read reads server-sent events. An event of this protocol is a single line, so it
// reads lines; that tolerates servers that omit the blank line after an event.
func (s *stream) read(body io.Reader) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxLine)
	var foreign int
	var first string // the first line that is no event, for the error
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		data, isEvent := bytes.CutPrefix(line, []byte("data:"))
		if !isEvent {
			if len(line) == 0 || line[0] == ':' || bytes.HasPrefix(line, []byte("event:")) || bytes.HasPrefix(line, []byte("id:")) || bytes.HasPrefix(line, []byte("retry:")) {
				continue // comments keep the connection alive
			}
			if first == "" {
				first = string(line[:min(len(line), maxError)])
			}
			if foreign += len(line); foreign > maxLine {
				return &Error{Kind: NotAModelServer, Message: shorten(first)}
			}
			continue
		}
		data = bytes.TrimSpace(data)
		if string(data) == "[DONE]" {
			s.result.Finish = orStop(s.result.Finish)
			return finished(s.result.Finish)
		}
		if len(data) == 0 {
			continue
		}
		var c chunk
		if err := json.Unmarshal(data, &c); err != nil {
			if reported := parseErrorBody(data); reported.structured && reported.message != "" { // Google's are lists
				return classify(0, reported)
			}
			text := shorten(string(data)) // before the next line replaces it
			if bytes.HasPrefix(data, []byte("{")) && !lines.Scan() {
				return &Error{Kind: Disconnected, Message: text, Err: err} // cut within an event
			}
			return &Error{Kind: Malformed, Message: text, Err: err}
		}
		if err := s.take(c, func(c choice) piece { return c.Delta }); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return &Error{Kind: Oversized, Err: err}
	case s.result.Finish != "": // the answer is complete; an error of the connection does not matter
		return finished(s.result.Finish)
	case first != "":
		if reported := parseErrorBody([]byte(first)); reported.structured && reported.message != "" {
			return classify(0, reported)
		}
		if s.received == 0 && err == nil {
			return &Error{Kind: NotAModelServer, Message: shorten(first)}
		}
		return &Error{Kind: Disconnected, Err: err}
	case err != nil:
		return &Error{Kind: Disconnected, Err: err}
	}
	return &Error{Kind: Disconnected, Err: io.ErrUnexpectedEOF}
}

// take takes an event of the answer, or all of it. Its error is that which the event tells.
func (s *stream) take(c chunk, piece func(choice) piece) error {
	if reported := c.failure(); reported.message != "" {
		return classify(0, reported)
	}
	if c.Usage.Read+c.Usage.Written > 0 {
		s.result.Usage = Usage{c.Usage.Read, c.Usage.Written}
	}
	for _, choice := range c.Choices[:min(len(c.Choices), 1)] {
		if reported := parseError(choice.Error); reported.message != "" {
			return classify(0, reported)
		}
		d := piece(choice).delta()
		if s.received += len(d.Text) + len(d.Reasoning); s.received > maxAnswer {
			return &Error{Kind: Oversized}
		}
		if d != (Delta{}) {
			s.each(d)
		}
		if choice.FinishReason != "" && s.result.Finish == "" {
			s.result.Finish = reason(choice.FinishReason)
			s.watchdog.Reset(min(afterFinish, s.silence))
		}
	}
	return nil
}

// readWhole reads an answer that is not a stream.
func (s *stream) readWhole(body io.Reader) error {
	data, err := readBody(body)
	if err != nil {
		return err
	}
	var c chunk
	if err := json.Unmarshal(data, &c); err != nil {
		if reported := parseErrorBody(data); reported.structured && reported.message != "" {
			return classify(0, reported)
		}
		return &Error{Kind: NotAModelServer, Message: shorten(string(data)), Err: err}
	}
	if err := s.take(c, func(c choice) piece { return c.Message }); err != nil {
		return err
	}
	if len(c.Choices) == 0 {
		return &Error{Kind: NotAModelServer, Message: "its answer holds no message"}
	}
	s.result.Finish = orStop(s.result.Finish)
	return finished(s.result.Finish)
}

// reason is one of the reasons above for what servers call it.
func reason(text string) FinishReason {
	switch strings.ToLower(text) {
	case "length", "max_tokens", "model_length", "max_output_tokens":
		return Length
	case "content_filter", "content-filter", "safety", "recitation", "prohibited_content", "blocklist", "refusal", "sensitive", "moderation":
		return Filtered
	case "tool_calls", "tool_use", "function_call":
		return ToolCall
	}
	return FinishReason(text)
}

// finished is the error of an answer that ended for a reason that leaves it incomplete.
func finished(reason FinishReason) error {
	switch reason {
	case "error", "ERROR":
		return &Error{Kind: ServerFailed, Message: "finish_reason: error"}
	case "insufficient_system_resource": // DeepSeek
		return &Error{Kind: Overloaded, Message: string(reason)}
	case "abort", "cancelled", "canceled", "network_error":
		return &Error{Kind: Disconnected, Message: "finish_reason: " + string(reason)}
	}
	return nil
}

func orStop(finish FinishReason) FinishReason {
	if finish == "" {
		return Stop
	}
	return finish
}

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
