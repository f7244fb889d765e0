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
// says why that cannot be told.
func Find() (config.Folders, error) {
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
	case err != nil:
		return err
	}
	_ = lock.Release() // the lock was free: at worst its file stays
	return ErrNotRunning
}

// ClientFor returns a client of the instance that has its state in those folders. It does
// not connect yet. The error is that of ReadAddress.
func ClientFor(folders config.Folders) (*Client, error) {
	address, err := ReadAddress(folders.Control(), folders.SpareControl())
	if err != nil {
		return nil, err
	}
	return NewClient(address), nil
}
