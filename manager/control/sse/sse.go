// Package sse writes and reads server-sent events whose data is JSON: what the control API
// tells its clients, and the pages' services tell the pages.
package sse

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxEvent bounds one event that is read, in bytes.
const maxEvent = 4 << 20

// Stream is an answer of server-sent events.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewStream starts an answer of server-sent events.
func NewStream(w http.ResponseWriter) *Stream {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	return &Stream{w, http.NewResponseController(w)}
}

// Send writes one event, with data as JSON, and flushes it to the reader. It waits for
// one that is slow.
func (s *Stream) Send(event string, data any) error {
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, encoded); err != nil {
		return err
	}
	return s.control.Flush()
}

// Read reads events whose data is a T each, until body ends. It never returns nil: at the
// end it is io.EOF.
func Read[T any](body io.Reader, heard func(T)) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxEvent)
	for lines.Scan() {
		encoded, isData := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !isData {
			continue
		}
		var data T
		if err := json.Unmarshal(encoded, &data); err != nil {
			return fmt.Errorf("agents-tray's event: %w", err)
		}
		heard(data)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.EOF
}
