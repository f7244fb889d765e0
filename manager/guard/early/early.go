// Package early makes a process that was started as the guard the guard, before the
// rest of the program is initialised, and starts one in a process that will need it.
//
// The guard stands between the program's start and its services', and it lives as long
// as they do, so neither its start nor its memory may pay for pages, Markdown and
// templates; and the two processes of the start come up side by side instead of one
// after the other. A package is initialised as soon as all that it imports is, the first by
// name first, so this one comes long before those. For main it is enough to import it.
package early

import (
	"os"
	"strings"

	"agents-tray/manager/guard"
)

func init() {
	switch {
	case guard.IsGuard(os.Args):
		os.Exit(guard.Main(os.Args))
	case isLaunch(os.Args):
		Launching = true
		guard.LaunchAhead(guard.Self())
	}
}

// Launching says that this process is about to run services.
var Launching bool

// isLaunch reports whether the arguments are those of the program itself, in one of its
// forms, rather than of a command that does something else.
func isLaunch(args []string) bool {
	if len(args) < 2 {
		return true
	}
	switch first := args[1]; first {
	case "-h", "--help", "--version":
		return false
	default:
		return first == "ui" || strings.HasPrefix(first, "-")
	}
}
