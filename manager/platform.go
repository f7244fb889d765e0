package manager

import (
	"path/filepath"
	"slices"
	"strings"

	"agents-tray/manager/inspect"
)

// IsPlatform reports whether a process is the Python platform's, as far as its command line or
// that of one above it tells: it starts its pages as processes of their own.
func IsPlatform(pid int) bool {
	return pid != 0 && slices.ContainsFunc(inspect.CommandLines(pid), startsPlatform)
}

// startsPlatform reports whether a command line is the platform's: its command, that by an
// interpreter or a tool that runs Python programs, its module, or its application in a server.
func startsPlatform(line []string) bool {
	const command, module = "configurable-agents", "configurable_agents"
	for n, argument := range line {
		name := strings.ToLower(filepath.Base(filepath.FromSlash(strings.ReplaceAll(argument, `\`, "/"))))
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".exe"), "-script.py")
		own := argument == module || strings.HasPrefix(argument, module+".")
		switch {
		case name == command, own && line[max(n-1, 0)] == "-m", own && strings.Contains(argument, ":"):
			return true
		case strings.HasPrefix(argument, "-"), own, runsPython(name), name == "run", name == "tool":
			continue // what follows is of the same command
		}
		return false
	}
	return false
}

// runsPython reports whether a program is given a Python program to run.
func runsPython(name string) bool {
	name = strings.TrimRight(name, "0123456789.")
	return slices.Contains([]string{"python", "pythonw", "pypy", "py", "uv", "uvx", "pipx", "poetry", "uvicorn", "gunicorn"}, name)
}
