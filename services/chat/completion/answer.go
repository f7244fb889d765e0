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
)

// errTimedOut is the cause for the cancellation of a request that got no data for too long.
var errTimedOut = errors.New("the server sent nothing for too long")

// Answer asks model for the next message and calls each with its pieces, in order. Its error
// is an *Error, or the cause of ctx's cancellation; the pieces before it are valid.
func (c *Client) Answer(ctx context.Context, server Server, model string, messages []Message, each func(Delta)) (FinishReason, error) {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := c.Silence
	if silence == 0 {
		silence = 5 * time.Minute
	}
	watchdog := time.AfterFunc(silence, func() { cancel(errTimedOut) })
	defer watchdog.Stop()

	finish, err := c.answer(limited, server, model, messages, func(r io.Reader) io.Reader {
		return readerFunc(func(p []byte) (int, error) {
			watchdog.Reset(silence)
			return r.Read(p)
		})
	}, each)
	switch {
	case err == nil:
		return finish, nil
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case errors.Is(context.Cause(limited), errTimedOut):
		return "", &Error{Kind: TimedOut, Err: errTimedOut}
	}
	return "", err
}

func (c *Client) answer(ctx context.Context, server Server, model string, messages []Message, watch func(io.Reader) io.Reader, each func(Delta)) (FinishReason, error) {
	response, err := c.do(ctx, server, http.MethodPost, "/chat/completions", struct {
		Model    string    `json:"model"`
		Messages []Message `json:"messages"`
		Stream   bool      `json:"stream"`
	}{model, messages, true})
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body := watch(response.Body)
	switch kind := response.Header.Get("Content-Type"); {
	case isWebPage(response):
		return "", &Error{Kind: NotAModelServer, WebPage: true}
	case strings.HasPrefix(kind, "application/json"):
		return readWhole(body, each) // not all servers support streams
	}
	return readStream(body, each)
}

// chunk is an event of a stream, with Delta, or a complete answer, with Message.
type chunk struct {
	Choices []struct {
		Delta, Message piece
		FinishReason   string `json:"finish_reason"`
	}
	Error json.RawMessage
}

type piece struct {
	Content          string
	Refusal          string
	ReasoningContent string `json:"reasoning_content"` // llama.cpp, vLLM, DeepSeek
	Reasoning        string // Ollama, OpenRouter
}

func (p piece) delta() Delta {
	d := Delta{Text: p.Content + p.Refusal, Reasoning: p.ReasoningContent}
	if d.Reasoning == "" {
		d.Reasoning = p.Reasoning
	}
	return d
}

// readStream reads server-sent events. An event of this protocol is a single line, so it
// reads lines; that tolerates servers that omit the blank line after an event.
func readStream(body io.Reader, each func(Delta)) (FinishReason, error) {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxLine)
	var finish FinishReason
	var received, foreign int
	var first string // the first line that is no event, for the error
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		data, isEvent := bytes.CutPrefix(line, []byte("data:"))
		if !isEvent {
			if len(line) == 0 || line[0] == ':' || bytes.HasPrefix(line, []byte("event:")) {
				continue // comments keep the connection alive
			}
			if first == "" {
				first = shorten(string(line))
			}
			if foreign += len(line); foreign > maxLine {
				return "", &Error{Kind: NotAModelServer, Message: first}
			}
			continue
		}
		data = bytes.TrimSpace(data)
		if string(data) == "[DONE]" {
			return orStop(finish), nil
		}
		if len(data) == 0 {
			continue
		}
		var c chunk
		if err := json.Unmarshal(data, &c); err != nil {
			return "", &Error{Kind: Malformed, Message: shorten(string(data)), Err: err}
		}
		if reported := parseError(c.Error); reported.message != "" {
			return "", classify(0, reported)
		}
		for _, choice := range c.Choices {
			d := choice.Delta.delta()
			if received += len(d.Text) + len(d.Reasoning); received > maxAnswer {
				return "", &Error{Kind: Oversized}
			}
			if d != (Delta{}) {
				each(d)
			}
			if choice.FinishReason != "" {
				finish = FinishReason(choice.FinishReason)
			}
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return "", &Error{Kind: Oversized, Err: err}
	case finish != "": // the answer is complete; an error of the connection does not matter
		return finish, nil
	case err != nil:
		return "", &Error{Kind: Disconnected, Err: err}
	case received == 0 && first != "":
		return "", notAStream(first)
	}
	return "", &Error{Kind: Disconnected, Err: io.ErrUnexpectedEOF}
}

// readWhole reads an answer that is not a stream.
func readWhole(body io.Reader, each func(Delta)) (FinishReason, error) {
	var c chunk
	if err := readJSON(body, &c); err != nil {
		return "", err
	}
	if reported := parseError(c.Error); reported.message != "" {
		return "", classify(0, reported)
	}
	if len(c.Choices) == 0 {
		return "", &Error{Kind: NotAModelServer, Message: "its answer holds no message"}
	}
	if d := c.Choices[0].Message.delta(); d != (Delta{}) {
		each(d)
	}
	return orStop(FinishReason(c.Choices[0].FinishReason)), nil
}

// notAStream is the error of a response without events, whose first line is line.
func notAStream(line string) error {
	var c chunk
	if json.Unmarshal([]byte(line), &c) == nil {
		if reported := parseError(c.Error); reported.message != "" {
			return classify(0, reported)
		}
	}
	return &Error{Kind: NotAModelServer, Message: line}
}

func orStop(finish FinishReason) FinishReason {
	if finish == "" {
		return Stop
	}
	return finish
}

// readJSON decodes a body of at most maxBody bytes.
func readJSON(body io.Reader, to any) error {
	data, err := readBody(body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return &Error{Kind: NotAModelServer, Message: shorten(string(data)), Err: err}
	}
	return nil
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
