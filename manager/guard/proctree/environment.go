package guard

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// ours are the variables that speak to one process. What an init system or a guard has
// told the tray is not meant for the services.
var ours = []string{
	"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
	"AGENTS_TRAY_LIFELINE", serviceEnvironment,
}

// environment is the guard's own with that of a service in it. Of two values of one
// name the later one holds, and only that is passed on: programs differ in which of
// them they would see.
func environment(more ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return slices.ContainsFunc(ours, func(name string) bool { return sameVariable(variable(pair), name) })
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

// ServiceName returns the name of the service that this process runs, "" if it runs
// none.
func ServiceName() string {
	name, _, _ := strings.Cut(os.Getenv(serviceEnvironment), "/")
	return name
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

// LookPath finds a program as a service would that has env added to its environment: a
// PATH in env counts, as that of a Python environment does.
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
		return filepath.Abs(found) // the service runs in a folder of its own
	}
	for _, folder := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(folder, program)); err == nil {
			return filepath.Abs(found)
		}
	}
	return "", &exec.Error{Name: program, Err: exec.ErrNotFound}
}
