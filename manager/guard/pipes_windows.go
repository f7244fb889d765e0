package guard

import "os"

// pipes returns the guard's ends of its pipes to the tray: standard input and output.
func pipes() (requests, events *os.File) { return os.Stdin, os.Stdout }
