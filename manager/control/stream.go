package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxEvent bounds one event that a client takes, in bytes.
const maxEvent = 4 << 20

// A stream is an answer of server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func newStream(w http.ResponseWriter) *stream {
	w.Header().Set("Content-Type", "text/event-stream")
	return &stream{w, http.NewResponseController(w)}
}

// send writes one event, with data as JSON. It waits for a reader that is slow.
func (s *stream) send(event string, data any) error {
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, encoded); err != nil {
		return err
	}
	return s.control.Flush()
}

// hear reads a stream of events whose data is a T each, until ctx ends or the
// connection does. It never returns nil.
func hear[T any](ctx context.Context, c *Client, path string, heard func(T)) error {
	response, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
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
