package completion

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
)

// stream is an answer as it is read.
type stream struct {
	each     func(Delta)
	result   Result
	received int // bytes of text and reasoning
	watchdog *time.Timer
	silence  time.Duration
}

// read reads server-sent events. An event ends where its data is complete: most servers send
// it in a single line, some in several, and some omit the blank line after it.
func (s *stream) read(body io.Reader) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxLine)
	var e event
	for first := true; lines.Scan(); first = false {
		line := lines.Bytes()
		if first {
			line = bytes.TrimPrefix(line, byteOrderMark)
		}
		data, err := e.add(bytes.TrimSpace(line))
		if err == nil && data != nil {
			err = s.takeEvent(data, &e)
		}
		if errors.Is(err, errDone) {
			s.result.Finish = orStop(s.result.Finish)
			return finished(s.result.Finish)
		}
		if err != nil {
			return err
		}
	}
	return s.ended(lines.Err(), &e)
}

var (
	byteOrderMark = []byte("\ufeff")
	errDone       = errors.New("the stream says that it is complete")
)

// event is an event as its lines are read.
type event struct {
	name    string
	partial []byte // data that is not complete
	foreign []byte // lines that belong to no event
}

// add adds a line. It returns the event's data so far when there is more of it.
func (e *event) add(line []byte) (data []byte, err error) {
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch string(field) {
	case "": // a blank line, which ends an event, or a comment, which keeps the connection alive
		if len(line) == 0 {
			e.name = ""
			if e.partial != nil {
				return nil, &Error{Kind: Malformed, Message: shorten(string(e.partial))}
			}
		}
		return nil, nil
	case "event":
		e.name = string(value)
		return nil, nil
	case "id", "retry":
		return nil, nil
	case "error": // llama.cpp, in the past
		return nil, classify(0, parseErrorBody(value))
	case "data":
		if len(value) == 0 {
			return nil, nil
		}
		if e.partial != nil {
			value = append(append(e.partial, '\n'), value...)
		}
		if len(value) > maxLine {
			return nil, &Error{Kind: Oversized}
		}
		return value, nil
	}
	if e.foreign = append(append(e.foreign, line...), '\n'); len(e.foreign) > maxLine {
		return nil, notAModelServer(e.foreign)
	}
	return nil, nil
}

// takeEvent takes the data of an event, or keeps what is not complete. Its error is that which
// the event tells, or errDone.
func (s *stream) takeEvent(data []byte, e *event) error {
	if text := strings.Trim(string(data[:min(len(data), 10)]), `"`); strings.EqualFold(text, "[DONE]") {
		return errDone
	}
	var c chunk
	err := json.Unmarshal(data, &c)
	if isCut(err) && (data[0] == '{' || data[0] == '[') {
		e.partial = append([]byte(nil), data...) // before the next line replaces it
		return nil
	}
	e.partial = nil
	if reported := parseErrorBody(data); err != nil || e.name == "error" {
		switch text := strings.ToLower(reported.message); {
		case e.name == "error", reported.structured && text != "", // Google's are lists
			strings.HasPrefix(text, "error"), strings.HasPrefix(text, "[error"):
			reported.message = orText(reported.message, data)
			return classify(0, reported)
		}
		return &Error{Kind: Malformed, Message: shorten(string(data)), Err: err}
	}
	return s.take(c, func(c choice) *piece { return c.Delta })
}

// ended is the error of a stream whose connection has ended, in what way err tells.
func (s *stream) ended(err error, e *event) error {
	reported := parseErrorBody(e.foreign)
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return &Error{Kind: Oversized, Err: err}
	case len(e.foreign) > 0 && reported.structured && reported.message != "":
		return classify(0, reported)
	case s.result.Finish != "": // the answer is complete; an error of the connection does not matter
		return finished(s.result.Finish)
	case e.partial != nil: // cut within an event
		return &Error{Kind: Disconnected, Message: shorten(string(e.partial)), Err: io.ErrUnexpectedEOF}
	case len(e.foreign) > 0 && s.received == 0 && err == nil:
		return notAModelServer(e.foreign)
	case err == nil:
		err = io.ErrUnexpectedEOF
	}
	return &Error{Kind: Disconnected, Err: err}
}

// isCut reports whether JSON could not be read because its end is missing.
func isCut(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end")
}

func notAModelServer(text []byte) error {
	if looksLikePage(text) {
		return &Error{Kind: NotAModelServer, WebPage: true}
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return &Error{Kind: NotAModelServer, Message: shorten(string(first))}
}

// take takes an event of the answer, or all of it. Its error is that which the event tells.
func (s *stream) take(c chunk, piece func(choice) *piece) error {
	if reported := c.failure(); reported.message != "" {
		return classify(0, reported)
	}
	if used := c.usage(); used != (usage{}) {
		s.result.Usage = Usage(used)
	}
	for _, choice := range c.Choices[:min(len(c.Choices), 1)] {
		if reported := parseError(choice.Error); reported.message != "" {
			return classify(0, reported)
		}
		d := piece(choice).delta()
		if choice.Delta == nil && s.received == 0 {
			d = choice.Message.delta() // all of it, perhaps in a single event
		}
		if s.received += len(d.Text) + len(d.Reasoning); s.received > maxAnswer {
			return &Error{Kind: Oversized}
		}
		if d != (Delta{}) {
			if s.result.Finish != "" { // it goes on, as after thoughts that a server says to end
				s.result.Finish = ""
				s.watchdog.Reset(s.silence)
			}
			s.each(d)
		}
		if finish := text(choice.FinishReason); finish != "" && s.result.Finish == "" {
			s.result.Finish = reason(finish)
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
	data = bytes.TrimPrefix(bytes.TrimSpace(data), byteOrderMark)
	var c chunk
	if err := json.Unmarshal(data, &c); err != nil {
		reported := parseErrorBody(data)
		switch line, _, more := bytes.Cut(data, []byte("\n")); {
		case reported.structured && reported.message != "":
			return classify(0, reported)
		case more && json.Valid(line), looksLikePage(data):
			return notAModelServer(data)
		}
		if isCut(err) {
			return &Error{Kind: Disconnected, Message: shorten(string(data)), Err: err}
		}
		return &Error{Kind: NotAModelServer, Message: shorten(string(data)), Err: err}
	}
	if err := s.take(c, func(c choice) *piece { return c.Message }); err != nil {
		return err
	}
	if len(c.Choices) == 0 {
		return &Error{Kind: NotAModelServer, Message: "its answer holds no message"}
	}
	s.result.Finish = orStop(s.result.Finish)
	return finished(s.result.Finish)
}
