// Agents-tray keeps the services of an AI-agent platform running on one's own
// computer, and shows them in the desktop's tray.
package main

import (
	"os"

	_ "agents-tray/manager/guard/early" // the process of the guard goes no further
	"agents-tray/services"
	"agents-tray/tray/cli"
	_ "agents-tray/tray/open/early" // nor does one that opens a page
)

//go:generate go generate ./icons

// release is the version of a build without git: -ldflags "-X main.release=v1.2.3".
var release string

func main() { os.Exit(cli.Main(release, services.Command(), services.Workflow())) }
