// Manual writes the manual's pages into a folder.
//
//	go run ./packaging/manual FOLDER
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra/doc"

	"agents-tray/services"
	"agents-tray/tray/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./packaging/manual FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write writes a page of section 1 for each command.
func write(folder string) error {
	root := cli.Commands("", services.Command())
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "agents-tray", Manual: "Configurable Agents"}, folder)
}
