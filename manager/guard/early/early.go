// Package early makes a process that was started as the guard the guard, before the
// rest of the program is initialised.
//
// The guard stands between the program's start and its services', and it lives as long
// as they do, so neither its start nor its memory may pay for pages, Markdown and
// templates. A package is initialised as soon as all that it imports is, the first by
// name first, so this one comes long before those. For main it is enough to import it.
package early

import (
	"os"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/proctree"
)

func init() {
	if len(os.Args) > 1 && os.Args[0] == "agents-tray" { // as the program starts itself
		proctree.NameProcess(os.Args[0])
	}
	if guard.IsGuard(os.Args) {
		os.Exit(guard.Main(os.Args))
	}
}
