package completion

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// serverError is the error in a response, whatever its shape.
type serverError struct {
	message    string
	codes      string    // its type, code, status and the like, which help to classify it
	status     int       // an HTTP status that it names, or 0
	provider   string    // behind a router
	delay      string    // time that it says to wait, as "34s"
	until      time.Time // that it says to wait for
	structured bool      // it is JSON of a shape that is known
}

// wait is how long the error says to wait, or 0.
func (e serverError) wait() time.Duration {
	if d, err := time.ParseDuration(e.delay); err == nil && d > 0 {
		return believed(d)
	}
	if wait := waitIn(e.message); wait > 0 || e.until.IsZero() {
		return wait
	}
	return believed(time.Until(e.until))
}

// parseErrorBody parses the body of an error: JSON, lines of it as Ollama's own protocol has,
// or plain text.
func parseErrorBody(body []byte) serverError {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	if bytes.HasPrefix(body, []byte("event:")) {
		if _, data, found := bytes.Cut(body, []byte("\ndata:")); found {
			body = bytes.TrimSpace(data)
		}
	}
	if data, isEvent := bytes.CutPrefix(body, []byte("data:")); isEvent {
		body = bytes.TrimSpace(data)
	}
	var value any
	if json.Unmarshal(body, &value) != nil {
		if line, _, more := bytes.Cut(body, []byte("\n")); more && json.Unmarshal(line, &value) == nil {
			return errorOf(value, 0)
		}
		e := inText(string(body), 1) // "upstream: {…}"
		e.structured = false
		return e
	}
	return errorOf(value, 0)
}

// looksLikePage reports whether a text is HTML.
func looksLikePage(body []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 200)]))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

// parseError parses an "error" member. Its message is "" if there is none.
func parseError(raw json.RawMessage) serverError {
	e := parseWhole(raw)
	if e.message == "" { // an error that has no words
		e.message = strings.TrimSpace(e.codes)
	}
	if number, err := strconv.ParseFloat(string(raw), 64); err == nil && number != 0 {
		e.addCode(number)
		e.message = "error " + string(raw)
	}
	return e
}

// parseWhole parses an object that may be an error. Its message is "" if it is none.
func parseWhole(raw json.RawMessage) serverError {
	var value any
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil {
		return serverError{}
	}
	e := errorOf(value, 0)
	if e.message == "" && (e.status != 0 || slices.Contains(strings.Fields(e.codes), "error")) {
		e.message = orText(strings.TrimSpace(e.codes), raw)
	}
	return e
}

// orText is an error's message, or all of it if it has none.
func orText(message string, raw []byte) string {
	if message == "" {
		return string(raw)
	}
	return message
}

// maxNested is how deep errors are looked for in others.
const maxNested = 6

// errorOf finds the error in decoded JSON: a text; an object with a message; one that holds
// the error as "error", "errors" or "detail"; or a list of those. An error that a router
// passes on, as JSON within a text, counts more than the router's own words.
func errorOf(value any, depth int) (e serverError) {
	if depth > maxNested {
		return e
	}
	switch value := value.(type) {
	case string:
		return inText(value, depth)
	case []any:
		var messages []string
		for _, item := range value {
			inner := errorOf(item, depth+1)
			if inner.message == "" {
				continue
			}
			messages = append(messages, inner.message)
			e = join(e, inner)
		}
		e.message = strings.Join(messages, "; ")
	case map[string]any:
		if value["status_code"] == 0. { // MiniMax, when all is well
			return e
		}
		for _, name := range []string{"type", "code", "status", "error_type", "error_code", "innererror", "reason", "__type", "title", "status_code"} {
			e.addCode(value[name])
		}
		for _, name := range []string{"message", "msg", "error", "errors", "detail", "error_message", "errorMessage", "Message", "error_msg", "status_msg", "base_resp", "response"} {
			inner, found := value[name]
			if !found || inner == nil || inner == false {
				continue
			}
			if got := errorOf(inner, depth+1); got.message != "" {
				if place, ok := value["loc"].([]any); ok && name == "msg" { // FastAPI
					got.message = strings.Trim(fmt.Sprint(place), "[]") + ": " + got.message
				}
				e = join(got, e)
				break
			}
		}
		e.addWait(value)
		e.addDetails(value, depth)
	}
	e.structured = true
	return e
}

// inText finds the error in a text, which may be JSON.
func inText(text string, depth int) serverError {
	if start := strings.IndexByte(text, '{'); start >= 0 && depth > 0 {
		var value any
		if json.Unmarshal([]byte(text[start:]), &value) == nil {
			if inner := errorOf(value, depth+1); inner.message != "" {
				inner.message = strings.TrimSpace(text[:start]) + " " + inner.message
				inner.message = strings.TrimSpace(inner.message)
				return inner
			}
		}
	}
	return serverError{message: strings.TrimSpace(text), structured: true}
}

// addCode adds a type, a code or a status.
func (e *serverError) addCode(code any) {
	switch code := code.(type) {
	case string:
		e.codes += " " + code
		if n, err := strconv.Atoi(code); err == nil {
			e.addCode(float64(n))
		}
	case float64:
		if code >= 400 && code < 600 {
			e.status = int(code)
		}
	case map[string]any:
		e.addCode(code["code"])
	}
}

// addWait adds a number of seconds to wait.
func (e *serverError) addWait(value map[string]any) {
	for _, name := range []string{"retry_after", "retryAfter", "retry_after_seconds", "estimated_time"} { // the last of Hugging Face
		if seconds, ok := value[name].(float64); ok && seconds > 0 {
			e.delay = fmt.Sprintf("%fs", seconds)
			return
		}
	}
}

// addDetails adds what Google says in "details" and routers in "metadata".
func (e *serverError) addDetails(value map[string]any, depth int) {
	details, _ := value["details"].([]any)
	for _, detail := range details {
		object, ok := detail.(map[string]any)
		if !ok {
			continue
		}
		e.addCode(object["reason"])
		if delay, ok := object["retryDelay"].(string); ok {
			e.delay = delay
		}
		violations, _ := object["violations"].([]any)
		for _, violation := range violations {
			if v, ok := violation.(map[string]any); ok {
				e.addCode(v["quotaId"])
			}
		}
	}
	metadata, ok := value["metadata"].(map[string]any)
	if !ok {
		return
	}
	e.provider, _ = metadata["provider_name"].(string)
	if reasons, ok := metadata["reasons"].([]any); ok {
		e.codes += " moderation flagged " + fmt.Sprint(reasons)
	}
	e.addWait(metadata)
	if headers, ok := metadata["headers"].(map[string]any); ok {
		for name, text := range headers {
			if text, ok := text.(string); ok && strings.EqualFold(name, "X-RateLimit-Reset") {
				e.until = resetTime(text, time.Now())
			}
		}
	}
	if raw, ok := metadata["raw"]; ok && raw != nil {
		if inner := errorOf(raw, depth+1); inner.message != "" {
			inner.provider = e.provider
			*e = join(inner, *e)
		}
	}
}

// join adds to an error what another one around it, or beside it, says; its own words stay.
func join(e, other serverError) serverError {
	if e.message == "" {
		e.message = other.message
	}
	if !slices.Contains(strings.Fields(e.codes), strings.TrimSpace(other.codes)) {
		e.codes += " " + strings.TrimSpace(other.codes)
	}
	if e.status == 0 {
		e.status = other.status
	}
	if e.provider == "" {
		e.provider = other.provider
	}
	if e.delay == "" {
		e.delay = other.delay
	}
	if e.until.IsZero() {
		e.until = other.until
	}
	return e
}
