// Command appbundle makes a macOS application of the program, on any system:
//
//	appbundle -program FILE -version 1.2.3 -icons FOLDER [-documents FILE,…] "Configurable Agents.app"
//
// FOLDER holds the icon as 16.png, 32.png and so on. The same input gives the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	var b bundle
	flag.StringVar(&b.program, "program", "", "the program's `file`")
	flag.StringVar(&b.version, "version", "0.0.0", "its version, three `numbers`")
	flag.StringVar(&b.icons, "icons", "", "`folder` of the icon's pictures")
	documents := flag.String("documents", "", "`files` to go with it, separated by commas")
	flag.Parse()
	if *documents != "" {
		b.documents = strings.Split(*documents, ",")
	}
	if flag.NArg() != 1 || b.program == "" || b.icons == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := b.write(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "appbundle:", err)
		os.Exit(1)
	}
}
