package history

import "testing"

// asUnprivileged skips the test: no mode protects a file on Windows.
func asUnprivileged(t *testing.T) bool {
	t.Skip("no mode protects a file on Windows")
	return true
}
