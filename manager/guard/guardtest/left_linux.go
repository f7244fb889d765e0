package guardtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Left returns the processes, as "pid command line", that carry all the assignments
// in their environment.
func Left(assignments ...string) []string {
	var left []string
	folders, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, folder := range folders {
		commandLine, err := os.ReadFile(folder + "/cmdline")
		if err != nil || len(commandLine) == 0 { // gone, or a zombie
			continue
		}
		environ, _ := os.ReadFile(folder + "/environ") // of another user: not ours
		block := "\x00" + string(environ)
		if !slices.ContainsFunc(assignments, func(a string) bool { return !strings.Contains(block, "\x00"+a+"\x00") }) {
			left = append(left, fmt.Sprintf("%s %q", filepath.Base(folder), bytes.ReplaceAll(commandLine, []byte{0}, []byte{' '})))
		}
	}
	return left
}

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
