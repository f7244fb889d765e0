//go:build linux || windows

package guardtest

import (
	"testing"
	"time"
)

// NothingLeft fails the test if something still runs after that time. A killed
// process may take a moment to vanish.
func NothingLeft(t testing.TB, assignment string, within time.Duration) {
	t.Helper()
	var left []string
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if left = Left(assignment); len(left) == 0 {
			return
		}
	}
	t.Errorf("left behind: %v", left)
}
