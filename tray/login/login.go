// Package login has the system start the program when the user logs in. It keeps no
// setting of its own: what the system has is the truth, also where somebody has changed
// it elsewhere.
package login

import "os"

// Entry is what the system starts.
type Entry struct {
	Name    string   // for people
	Program string   // path of the executable
	Args    []string // its arguments
}

// This returns the entry that starts the program as it was started now.
func This(name string) (Entry, error) {
	program, err := os.Executable()
	return Entry{Name: name, Program: program, Args: os.Args[1:]}, err
}

// identity names the entry in the system's list.
const identity = "agents-tray"
