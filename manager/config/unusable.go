package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"agents-tray/manager/disk"
)

// Purpose is what one of the folders is for.
type Purpose string

const (
	ForState    Purpose = "state"
	ForSockets  Purpose = "sockets"
	ForSettings Purpose = "settings"
	ForServices Purpose = "services" // the services file itself
)

// Variable is the environment variable that names another folder.
func (p Purpose) Variable() string {
	switch p {
	case ForState:
		return "XDG_STATE_HOME"
	case ForSockets:
		return "XDG_RUNTIME_DIR"
	}
	return "XDG_CONFIG_HOME"
}

// Unusable says, as an error, that a folder or the services file cannot be used.
type Unusable struct {
	Purpose Purpose
	Path    string // what cannot be used
	Err     error  // why; with an Owner it is the consequence
	// Owner is another user to whom it belongs, as after a start with sudo; empty: it is this
	// one's, or that is not known.
	Owner string
	Mends string // the command that gives it back; empty: none is known to be right
}

func (u *Unusable) Error() string {
	switch {
	case u.Mends != "":
		return fmt.Sprintf("%s belongs to %s, as after a start with sudo. This gives it back: %s", u.Path, u.Owner, u.Mends)
	case u.Owner != "":
		return fmt.Sprintf("%s belongs to %s. Name another folder in %s", u.Path, u.Owner, u.Purpose.Variable())
	}
	return fmt.Sprintf("%s cannot be used: %v. Make it your own and writable, or name another folder in %s", u.Path, u.Err, u.Purpose.Variable())
}

func (u *Unusable) Unwrap() error { return u.Err }

// NewUnusable explains why a folder, or a file, cannot be used, of which the system says err.
func NewUnusable(purpose Purpose, path string, err error) *Unusable {
	u := &Unusable{Purpose: purpose, Path: path, Err: disk.Cause(err)}
	if by := leftByOthers(path); by != nil && (by.mends != "" || strings.HasPrefix(by.path, path)) { // else it is not there, and could not be made
		u.Path, u.Owner, u.Mends = by.path, by.owner, by.mends
	}
	return u
}

// writable makes a folder that is open to nobody else, and proves that it can be written, and
// that another user's files in it are in nobody's way. That there is room is not asked:
// without it the program runs, and says so.
func writable(purpose Purpose, folder string) *Unusable {
	err := disk.MakePrivateFolder(folder)
	if err == nil {
		err = disk.Probe(folder, 0)
	}
	if err == nil && leftByOthers(folder) != nil {
		err = os.ErrPermission
	}
	if err != nil {
		return NewUnusable(purpose, folder, err)
	}
	return nil
}

// SettingsProblem explains why nothing can be written to the folder of what the user writes; nil:
// it can, or that folder is on a disk that is to be read only.
func (f Folders) SettingsProblem() *Unusable {
	there := f.Config
	for filepath.Dir(there) != there {
		if _, err := os.Lstat(there); err == nil {
			break
		}
		there = filepath.Dir(there)
	}
	if err := denied(there); err != nil {
		return NewUnusable(ForSettings, f.Config, err)
	}
	return nil
}

// A leftover is something that belongs to another user and is denied to this one.
type leftover struct{ path, owner, mends string }
