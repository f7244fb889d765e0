package guardtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Left returns the processes, as "pid command line", that carry the assignment in
// their environment or were started by this test binary as a service.
func Left(assignment string) []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	var left []string
	folders, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, folder := range folders {
		commandLine, err := os.ReadFile(folder + "/cmdline")
		if err != nil || len(commandLine) == 0 { // gone, or a zombie
			continue
		}
		environ, _ := os.ReadFile(folder + "/environ") // of another user: not ours
		ours := bytes.HasPrefix(commandLine, []byte(self+"\x00"+argument+"\x00"))
		marked := bytes.Contains(append([]byte{0}, environ...), []byte("\x00"+assignment+"\x00"))
		if ours || marked {
			left = append(left, fmt.Sprintf("%s %q", filepath.Base(folder), bytes.ReplaceAll(commandLine, []byte{0}, []byte{' '})))
		}
	}
	return left
}

// NothingLeft fails the test if, within a second, something still runs. A killed
// process may take a moment to vanish.
func NothingLeft(t testing.TB, assignment string) {
	t.Helper()
	var left []string
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if left = Left(assignment); len(left) == 0 {
			return
		}
	}
	t.Errorf("left behind: %v", left)
}
