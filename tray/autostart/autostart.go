// Package autostart has the system start the program when the user logs in. It keeps no
// setting of its own: what the system has is the truth, also where somebody has changed
// it elsewhere.
package autostart

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Flag is the option that tells the program that the system has started it at login.
const Flag = "at-login"

// Entry is what the system starts.
type Entry struct {
	Name    string   // for people
	Program string   // path of the executable
	Args    []string // its arguments, beside Flag
}

// State is what the system starts at login.
type State int

const (
	Off     State = iota
	On            // this program
	Another       // another copy of it, or where it was before it was moved
)

// This returns the entry that starts this program in the tray with these arguments.
func This(name string, args []string) (Entry, error) {
	program, err := os.Executable()
	return Entry{Name: name, Program: lasting(program), Args: args}, err
}

// lasting is the path by which the program was called, if it leads to the same file: a link
// that a package manager keeps stays when a version's own folder goes.
func lasting(program string) string {
	called, err := exec.LookPath(os.Args[0])
	if err != nil {
		return program
	}
	if called, err = filepath.Abs(called); err == nil && sameFile(called, program) {
		return called
	}
	return program
}

// sameFile reports whether two paths lead to the same file.
func sameFile(a, b string) bool {
	if a == b {
		return true
	}
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// arguments are those that the system starts the program with.
func (e Entry) arguments() []string { return append([]string{"--" + Flag}, e.Args...) }

// starts is the state of an entry whose program is this one: a path, or a name in PATH.
func (e Entry) starts(program string) State {
	if found, err := exec.LookPath(program); err == nil {
		program = found
	}
	if sameFile(program, e.Program) {
		return On
	}
	return Another
}

// Why it could not be changed what is started at login.
var (
	// ErrMadeToRun says that the program is one that go run has made.
	ErrMadeToRun = errors.New("it was started by go run, which keeps the program in a folder that is emptied; install it, or build it with go build, and start that")
	// ErrTooLong says that the command has more characters than Windows starts at login.
	ErrTooLong = errors.New("the command is longer than what Windows starts at login; move the program or its services file to a shorter path")
	// The desktop, which is asked in a sandbox, says no, says nothing, or cannot be asked.
	ErrRefused    = errors.New("the desktop does not allow it to be changed")
	ErrUnanswered = errors.New("the desktop did not answer whether it may start at login")
	ErrNotAsked   = errors.New("the desktop cannot be asked to start it at login")
)

// Enable has e started at login, in the place of another copy. Where e's program will not
// stay the error is ErrMadeToRun.
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
