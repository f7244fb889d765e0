package guardtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
