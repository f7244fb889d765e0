// Package login has the system start the program when the user logs in. It keeps no
// setting of its own: what the system has is the truth, also where somebody has changed
// it elsewhere.
package login

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Entry is what the system starts.
type Entry struct {
	Name    string   // for people
	Program string   // path of the executable
	Args    []string // its arguments
}

// This returns the entry that starts the program as it was started now: with the same
// options, in the tray.
func This(name string) (Entry, error) {
	program, err := os.Executable()
	return Entry{Name: name, Program: program, Args: options(os.Args[1:])}, err
}

// options leaves out the command that stands before them. That of the form in the
// terminal takes the same options; others were started for something else.
func options(args []string) []string {
	switch {
	case len(args) == 0 || strings.HasPrefix(args[0], "-"):
		return args
	case args[0] == "ui":
		return args[1:]
	}
	return nil
}

// ErrMadeToRun says that the program is one that go run has made.
var ErrMadeToRun = errors.New("it was started by go run, which keeps the program in a folder that is emptied; install it, or build it with go build, and start that")

// Enable has e started at login. Where e's program will not stay the error is ErrMadeToRun.
func (e Entry) Enable() error {
	if err := e.canStay(); err != nil {
		return err
	}
	return e.enable()
}

// canStay reports an error if the program is not kept where it is.
func (e Entry) canStay() error {
	cache, path := os.Getenv("GOCACHE"), filepath.ToSlash(e.Program)
	if strings.Contains(path, "/go-build") || cache != "" && strings.HasPrefix(path, filepath.ToSlash(cache)+"/") {
		return ErrMadeToRun
	}
	return nil
}

// identity names the entry in the system's list.
const identity = "agents-tray"
