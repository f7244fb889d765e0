package logs

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// Following ends with its reader, and leaves nothing open.
func TestFollowingEndsWithItsReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	ctx, cancel := context.WithCancel(t.Context())
	err := Follow(ctx, path, 10, func([]Line) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	full := errors.New("full")
	if err := Follow(t.Context(), path, 10, func([]Line) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
}
