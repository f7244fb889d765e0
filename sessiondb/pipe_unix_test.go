//go:build unix

package sessiondb

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe in the place of the record is told: opening it once waited for its other end,
// and nobody could end the program.
func TestAPipeInThePlaceOfTheRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	r := open(t, path)
	defer r.Close() // nothing is recorded
	if _, err := r.Begin(Session{Mark: "m", Version: "v1", Boot: "boot", PID: 42}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("it says %v", err)
	}
}
