package completion

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of an Error, by what the user can do about it.
type Kind int

// The kinds of errors.
const (
	Unreachable     Kind = iota + 1 // no connection
	BadAddress                      // not a URL of http or https
	Redirected                      // a redirect
	Unauthorized                    // 401 or 403
	NotFound                        // 404 that does not name the model
	ModelNotFound                   // the server does not have the model
	RateLimited                     // 429
	Loading                         // the model is being loaded
	TooLong                         // the conversation exceeds the model's context
	Rejected                        // another 4xx
	ServerFailed                    // 5xx, or an error within a stream
	NotAModelServer                 // the response is not of this protocol
	Malformed                       // an event of the stream is not valid
	Oversized                       // larger than the limits of this package
	Disconnected                    // the connection ended before the answer did
	TimedOut                        // no data for Client.Silence
)

// Error is a failed request.
type Error struct {
	Kind       Kind
	Status     int    // HTTP status; 0 if there was none
	Message    string // the server's own words, at most a few lines
	RetryAfter string // seconds or a date, as the server sent it
	WebPage    bool   // it answered with a web page
	Err        error
}

func (e *Error) Error() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	}
	if e.Message != "" {
		parts = append(parts, e.Message)
	}
	if e.WebPage {
		parts = append(parts, "the response is a web page")
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		return fmt.Sprintf("model server: error of kind %d", e.Kind)
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of an error of this package, 0 for any other.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

func statusError(response *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxError)) // an incomplete body is used as it is
	reported, isPage := parseErrorBody(body), isWebPage(response)
	if isPage {
		reported = serverError{} // HTML is of no use to the user
	}
	e := classify(response.StatusCode, reported)
	e.WebPage = isPage
	e.RetryAfter = shorten(response.Header.Get("Retry-After"))
	if e.Kind == Redirected {
		e.Message = shorten(response.Header.Get("Location"))
	}
	return e
}

func isWebPage(response *http.Response) bool {
	return strings.HasPrefix(response.Header.Get("Content-Type"), "text/html")
}

// classify derives the kind of an error from its status (0 within a stream) and from
// phrases of the known servers.
func classify(status int, reported serverError) *Error {
	e := &Error{Status: status, Message: shorten(reported.message)}
	words := strings.ToLower(reported.message + " " + reported.codes)
	has := func(phrases ...string) bool {
		for _, phrase := range phrases {
			if strings.Contains(words, phrase) {
				return true
			}
		}
		return false
	}
	switch {
	case status >= 300 && status < 400:
		e.Kind = Redirected
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Kind = Unauthorized
	case status == http.StatusTooManyRequests:
		e.Kind = RateLimited
	case has("context length", "context_length", "context size", "context window", "exceed_context",
		"maximum context", "prompt is too long", "n_ctx", "available context"),
		status == http.StatusRequestEntityTooLarge:
		e.Kind = TooLong
	case strings.Contains(words, "model") && has("not found", "does not exist", "not_found", "no such", "unknown model", "invalid model", "no models loaded"):
		e.Kind = ModelNotFound
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		e.Kind = NotFound
	case has("loading model", "model is loading"):
		e.Kind = Loading
	case status >= 400 && status < 500:
		e.Kind = Rejected
	default:
		e.Kind = ServerFailed
	}
	return e
}

// serverError is the error in a response: its message, and its type and code, which help to
// classify it.
type serverError struct {
	message, codes string
}

// parseErrorBody parses the body of an error: {"error":{"message":…}}, {"error":"…"},
// {"message":…}, {"detail":…}, or plain text.
func parseErrorBody(body []byte) serverError {
	var known struct {
		Error, Message, Detail json.RawMessage
	}
	if json.Unmarshal(body, &known) != nil {
		return serverError{message: string(body)}
	}
	for _, raw := range []json.RawMessage{known.Error, known.Message, known.Detail} {
		if c := parseError(raw); c.message != "" {
			return c
		}
	}
	return serverError{}
}

// parseError parses an "error" member: a string, or an object with a message and
// perhaps a type or a code.
func parseError(raw json.RawMessage) serverError {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return serverError{message: text}
	}
	var object struct {
		Message    string
		Type, Code any
	}
	if json.Unmarshal(raw, &object) != nil {
		return serverError{message: strings.TrimSpace(string(raw))}
	}
	return serverError{object.Message, fmt.Sprint(object.Type, " ", object.Code)}
}

// shorten makes one paragraph of at most 400 characters of a server's text.
func shorten(text string) string {
	const limit = 400
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text[:min(len(text), 4*limit)], "")), " ")
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit]) + "…"
	}
	return text
}
