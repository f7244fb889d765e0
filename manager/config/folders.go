// Package config knows where the program keeps its files and which services it runs.
package config

import (
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/adrg/xdg"
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
	// Makeshift says that State is not where it should be: that place cannot be used, and State
	// lasts until the user logs off, or the computer is restarted.
	Makeshift bool
	// Unusable are the folders that cannot be used; others have taken their place.
	Unusable []*Unusable
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
	return append([]Folders{usual}, usual.makeshifts()...)
}

// makeshifts are the folders where the state folder cannot be used, the best ones first: beside
// the sockets, and among the temporary files.
func (f Folders) makeshifts() []Folders {
	beside, temporary := f, f
	beside.Makeshift, temporary.Makeshift = true, true
	beside.State = filepath.Join(f.Runtime, "state")
	temporary.State = filepath.Join(os.TempDir(), f.Identity)
	return []Folders{beside, temporary}
}

// Prepare finds the folders and makes those that are written to, for this user only. A
// state folder that is open to others is closed to them. One that cannot be, or that cannot
// be written, is replaced by a makeshift one. The error, when there is no place for that either,
// says which one cannot be used, why, and what to do.
func Prepare() (Folders, error) {
	f := Locate()
	runs := false
	if login, err := filepath.EvalSymlinks(xdg.RuntimeDir); err == nil { // without a login there is none, and it is not ours to make
		runs = isOwn(login)
	}
	if runs {
		if u := writable(ForSockets, f.Runtime); u != nil {
			runs, f.Unusable = false, append(f.Unusable, u)
		}
	}
	if u := f.stateProblem(); u != nil {
		places := f.makeshifts()
		if !runs {
			places = places[1:]
		}
		at := slices.IndexFunc(places, func(p Folders) bool { return p.stateProblem() == nil && isOwn(p.State) })
		if at < 0 {
			return f, u
		}
		f = places[at]
		f.Unusable = append(f.Unusable, u)
	}
	if u := f.SettingsProblem(); u != nil {
		f.Unusable = append(f.Unusable, u)
	}
	if !runs {
		f.Runtime = f.State
	}
	return f, nil
}

// stateProblem makes the state folder, and says why it cannot be used.
func (f Folders) stateProblem() *Unusable {
	for _, folder := range []string{f.State, f.Logs()} {
		if u := writable(ForState, folder); u != nil {
			return u
		}
	}
	return nil
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
