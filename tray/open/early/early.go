// Package early makes a process that was started to open a page just that, before the rest
// of the program is initialised: see agents-tray/manager/guard/early.
package early

import (
	"os"

	"agents-tray/tray/open"
)

func init() {
	if open.IsHelper(os.Args) {
		os.Exit(open.Main(os.Args))
	}
}
