// Manual writes the pages of the manual into a folder:
//
//	go run ./packaging/manual FOLDER
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra/doc"

	"agents-tray/services"
	"agents-tray/tray/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./packaging/manual FOLDER")
		os.Exit(2)
	}
	if err := errors.Join(writeCommands(os.Args[1]), writeServices(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// writeCommands writes a page of section 1 for each command.
func writeCommands(folder string) error {
	root := cli.Commands("", services.Command())
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "agents-tray", Manual: "Configurable Agents"}, folder)
}

// writeServices writes the page of section 5 about the services file.
func writeServices(folder string) error {
	return os.WriteFile(filepath.Join(folder, "agents-tray-services.5"), md2man.Render([]byte(servicesPage())), 0o644)
}
