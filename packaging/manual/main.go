//go:build manual

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra/doc"
)

// With the tag "manual", the program writes its manual's pages instead of running:
//
//	go run -tags manual . FOLDER
func init() {
	root := commands()
	root.DisableAutoGenTag = true
	header := &doc.GenManHeader{Section: "1", Source: "agents-tray", Manual: "Configurable Agents"}
	if err := doc.GenManTree(root, header, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
