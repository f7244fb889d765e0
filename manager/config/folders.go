// Package config knows where the program keeps its files and which services it runs.
package config

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"

	"agents-tray/manager/disk"
)

// name is the program's folder in each of the user's folders.
const name = "agents-tray"

// Folders are where the program keeps its files: on Linux by the XDG base directory
// specification, on macOS and Windows in their own places.
type Folders struct {
	State   string // session record, logs, conversations
	Config  string // what the user writes
	Runtime string // sockets; emptied when the user logs off
	// Identity is what the instance is called where names are not files; see control.Claim. An
	// instance without one is found by its files alone.
	Identity string
	// Makeshift says why State is not where it should be: that place cannot be written, and
	// State lasts until the user logs off only. Nil: it is.
	Makeshift error
}

// Locate finds the folders, which need not be there.
func Locate() Folders {
	return Folders{
		State:   filepath.Join(xdg.StateHome, name),
		Config:  filepath.Join(xdg.ConfigHome, name),
		Runtime: filepath.Join(xdg.RuntimeDir, name),

		Identity: identity(),
	}
}

// Places are the folders that an instance may have, the usual ones first. Nothing is made.
func Places() []Folders {
	usual := Locate()
	return []Folders{usual, usual.makeshift(errors.New("it could not be written at an earlier start"))}
}

// makeshift are the folders where the state folder cannot be written, and why.
func (f Folders) makeshift(why error) Folders {
	f.State, f.Makeshift = filepath.Join(f.Runtime, "state"), why
	return f
}

// Prepare finds the folders and makes those that are written to, for this user only. A
// state folder that is open to others is closed to them. One that cannot be, or that cannot
// be written, is replaced by a makeshift one beside the sockets. The error, when there is no place for that either, says which one cannot be used, why,
// and what to do.
func Prepare() (Folders, error) {
	f := Locate()
	_, err := os.Stat(xdg.RuntimeDir) // without a login there is none, and it is not ours to make
	runs := err == nil && writable(f.Runtime) == nil
	err = writable(f.State)
	if left := leftByOthers(f.State); left != nil {
		err = left
	}
	if err != nil {
		err = fmt.Errorf("the state folder %s cannot be used: %w. Make it your own and writable, or name another one in XDG_STATE_HOME", f.State, err)
		if !runs {
			return f, err
		}
		f = f.makeshift(err)
	}
	if err := disk.MakePrivateFolder(f.Logs()); err != nil {
		return f, fmt.Errorf("the folder for logs: %w", err)
	}
	if !runs {
		f.Runtime = f.State
	}
	return f, nil
}

// writable makes a folder that is open to nobody else, and proves that it can be written.
// That there is room is not asked: without it the program runs, and says so.
func writable(folder string) error {
	if err := disk.MakePrivateFolder(folder); err != nil {
		return disk.Cause(err)
	}
	return disk.Probe(folder, 0)
}

// Services is the services file, unless an option names another.
func (f Folders) Services() string { return filepath.Join(f.Config, "services.yaml") }

// SessionRecord is the file of the session record.
func (f Folders) SessionRecord() string { return filepath.Join(f.State, "session.db") }

// Lock is the file whose lock makes one instance the only one.
func (f Folders) Lock() string { return filepath.Join(f.State, "instance.lock") }

// Control is the file that says where the running instance answers.
func (f Folders) Control() string { return filepath.Join(f.State, "control.json") }

// SpareControl is that file when there is no room for it in the state folder.
func (f Folders) SpareControl() string { return filepath.Join(f.Runtime, "control.json") }

// Logs is the folder of the services' output.
func (f Folders) Logs() string { return filepath.Join(f.State, "logs") }

// GuardLog is the file for the guard's own trouble. It is not with the logs, where it could
// be that of a service called guard.
func (f Folders) GuardLog() string { return filepath.Join(f.State, "guard.log") }

// FormerGuardLog is where an earlier version kept it.
func (f Folders) FormerGuardLog() string { return filepath.Join(f.Logs(), "guard.log") }

// Journals is the folder where guards keep what they know of their processes.
func (f Folders) Journals() string { return filepath.Join(f.State, "processes") }

// Crash is the file that the Go runtime writes to when the tray process crashes.
func (f Folders) Crash() string { return filepath.Join(f.State, "crash.txt") }

// ExitReport is the file for what the guard has seen of the end of a tray process that
// was killed.
func (f Folders) ExitReport() string { return filepath.Join(f.State, "last-words.json") }

// CleanExitMarkers are the files that say of a session whose record could not be written
// that it ended in order. The first is beside the record, the other most often on another
// disk. Several state folders share the runtime folder, so that name tells them apart.
func (f Folders) CleanExitMarkers() []string {
	return []string{
		filepath.Join(f.State, "farewells.json"),
		filepath.Join(f.Runtime, fmt.Sprintf("farewells-%08x.json", crc32.ChecksumIEEE([]byte(f.State)))),
	}
}

// Conversations is the Chat's database.
func (f Folders) Conversations() string { return filepath.Join(f.State, "chat.db") }
