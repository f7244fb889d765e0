package control

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"agents-tray/manager/config"
)

// ErrNotRunning says that there is no running instance.
var ErrNotRunning = errors.New("agents-tray is not running. Start it from your programs, or type agents-tray; agents-tray ui stays in the terminal")

// Find returns the folders of the running instance: the usual ones, or those that it uses
// because the usual state folder could not be written when it started. If no instance is
// running the folders are the usual ones and the error is ErrNotRunning; any other error
// says why that cannot be told. Of an instance that is found by its name the folders are the
// usual ones of this process, which need not be those that it has.
func Find() (config.Folders, error) {
	if usual := config.Locate(); named(usual) {
		return usual, nil
	}
	var unknown error
	for _, folders := range config.Places() {
		switch err := running(folders); {
		case err == nil:
			return folders, nil
		case !errors.Is(err, ErrNotRunning):
			unknown = fmt.Errorf("whether agents-tray is running cannot be told: %w", err)
		}
	}
	if unknown != nil {
		return config.Locate(), unknown
	}
	return config.Locate(), ErrNotRunning
}

// named reports whether an instance is found by its name.
func named(folders config.Folders) bool {
	taken, _ := nameTaken(folders.Identity) // it may be somebody else's: then it does not count
	return taken
}

// running returns nil if an instance holds the lock of those folders, and ErrNotRunning if
// none does. It creates no file where there is none: the folders may be on a read-only disk.
func running(folders config.Folders) error {
	_, err := os.Stat(folders.Lock())
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return ErrNotRunning
	}
	lock, err := TakeLock(folders.Lock())
	switch {
	case errors.Is(err, ErrRunning):
		return nil
	case errors.Is(err, fs.ErrPermission): // an instance of this user could not have made it
		return ErrNotRunning
	case err != nil:
		return err
	}
	_ = lock.Release() // the lock was free: at worst its file stays
	return ErrNotRunning
}

// clientOfRunning returns a client of the running instance.
func clientOfRunning() (*Client, error) {
	folders, err := Find()
	if err != nil {
		return nil, err
	}
	return ClientFor(folders)
}

// ClientFor returns a client of the instance that is found by the name in folders, or has its
// state in them. The error is that of ReadAddress.
func ClientFor(folders config.Folders) (*Client, error) {
	if named(folders) {
		return NewClient(byName(folders.Identity)), nil
	}
	address, err := ReadAddress(folders.Control(), folders.SpareControl())
	if err != nil {
		return nil, err
	}
	return NewClient(address), nil
}
