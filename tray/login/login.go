// Package login has the system start the program when the user logs in. It keeps no
// setting of its own: what the system has is the truth, also where somebody has changed
// it elsewhere.
package login

import (
	"os"
	"path/filepath"
)

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

// writeFile writes a file, and its folder where that is missing, so that it is there
// whole or not at all.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	part := path + ".part"
	if err := os.WriteFile(part, data, 0o644); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// removeFile removes a file that may be gone already.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}
