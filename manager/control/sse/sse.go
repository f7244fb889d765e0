// Package sse writes and reads server-sent events whose data is JSON, for the control API
// and for the pages of the services.
package sse

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxEvent is the size of the largest event that is read, in bytes.
const maxEvent = 4 << 20

// Stream is a response of server-sent events. It is not safe for concurrent use.
type Stream struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	sendTime time.Duration
}

// sendTime is how long a client may take to receive an event.
const sendTime = 30 * time.Second

// NewStream sets the headers of w for server-sent events. The server's time limits for a
// request and its response no longer hold; sendTime does, for each event.
func NewStream(w http.ResponseWriter) *Stream {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // without a connection, as in tests, nothing limits it
	return &Stream{w, control, sendTime}
}

// Send writes one event, with data as JSON, and flushes it to the client. It blocks while
// the client is slow, 30 s at most. Its error is that of the encoding or of the connection.
func (s *Stream) Send(event string, data any) error {
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(s.sendTime)) // as in NewStream
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, encoded); err != nil {
		return err
	}
	return s.control.Flush()
}

// Read calls handle with the data of each event of body, decoded to a T. Its error is
// never nil: at the end of body it is io.EOF.
func Read[T any](body io.Reader, handle func(T)) error {
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
		handle(data)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.EOF
}
