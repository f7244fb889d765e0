// Manual writes the pages of the manual into a folder:
//
//	go run ./packaging/manual FOLDER
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/cpuguy83/go-md2man/v2/md2man"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./packaging/manual FOLDER")
		os.Exit(2)
	}
	page := filepath.Join(os.Args[1], "agents-tray-services.5")
	if err := os.WriteFile(page, md2man.Render([]byte(servicesPage())), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
