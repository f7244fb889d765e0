package control

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
)

// An instance that takes the connection and says nothing, as one that was suspended does, hangs
// no command.
func TestAnInstanceThatIsSilent(t *testing.T) {
	listener := guardtest.Listen(t)
	client := NewClient(Address{Network: "tcp", Address: listener.Addr().String()})
	client.http.Transport.(*http.Transport).ResponseHeaderTimeout = 10 * time.Millisecond
	for name, ask := range map[string]func() error{
		"status": func() error { _, err := client.Status(t.Context()); return err },
		"watch":  func() error { return client.Watch(t.Context(), func(Status) {}) },
		"quit": func() error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			return client.Quit(ctx)
		},
	} {
		if err := ask(); !errors.Is(err, ErrSilent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
