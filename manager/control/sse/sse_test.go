package sse

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// A client that takes no events once kept its stream, and all that belongs to it, for ever. One
// that takes them keeps it, however long they are apart.
func TestAClientThatTakesNoEventsLosesItsStream(t *testing.T) {
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s := NewStream(w)
		s.sendTime = 200 * time.Millisecond
		event := strings.Repeat("x", 256<<10) // so that what lies on the way is soon full
		var err error
		for err == nil {
			err = s.Send("event", event)
		}
		ended <- err
	}))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it ended with %v", err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err == nil {
		t.Error("the client takes the stream for a complete one")
	}
}
