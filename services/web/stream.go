package web

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Stream is an answer of server-sent events.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewStream starts an answer of server-sent events.
func NewStream(w http.ResponseWriter) *Stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	return &Stream{w, http.NewResponseController(w)}
}

// Send writes one event, with data as JSON, and flushes it to the reader.
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
