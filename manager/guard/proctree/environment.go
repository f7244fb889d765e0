package proctree

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// ownVariables are meant for one process: what an init system, or a guard, has told this
// one. Children do not inherit them.
var ownVariables = []string{
	"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
	"AGENTS_TRAY_LIFELINE", RunVariable,
}

// Environment returns the environment of a child: this process's own with more, each
// NAME=value, added to it. Of two values of one name only the later is kept, since
// programs differ in which of them they see.
func Environment(more ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return slices.ContainsFunc(ownVariables, func(name string) bool { return sameVariable(variable(pair), name) })
	})
	all := append(own, more...)
	kept := make([]string, 0, len(all))
	seen := make(map[string]bool, len(all))
	for _, pair := range slices.Backward(all) {
		name := variable(pair)
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		if !seen[name] {
			seen[name] = true
			kept = append(kept, pair)
		}
	}
	slices.Reverse(kept)
	return kept
}

// variable is the name in NAME=value. Windows has names that begin with "=".
func variable(pair string) string {
	if at := strings.IndexByte(pair[min(1, len(pair)):], '='); at >= 0 {
		return pair[:at+1]
	}
	return pair
}

func sameVariable(a, b string) bool {
	return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b)
}

// LookPath returns the absolute path of a program as a child finds it that has env added
// to its environment: a PATH in env replaces this process's own. The error wraps
// exec.ErrNotFound if there is no such program.
func LookPath(program string, env []string) (string, error) {
	path, given := "", false
	for _, pair := range env {
		if name := variable(pair); sameVariable(name, "PATH") {
			path, given = strings.TrimPrefix(pair, name+"="), true
		}
	}
	if !given || filepath.Base(program) != program {
		found, err := exec.LookPath(program)
		if err != nil {
			return "", err
		}
		return filepath.Abs(found) // the child may run in another folder
	}
	for _, folder := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(folder, program)); err == nil {
			return filepath.Abs(found)
		}
	}
	return "", &exec.Error{Name: program, Err: exec.ErrNotFound}
}
