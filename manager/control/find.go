package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/sessiondb"
)

// ErrNotRunning says that there is no instance.
var ErrNotRunning = errors.New("agents-tray is not running: start it first")

// Find returns the folders of the instance that is running. It may have begun when the
// usual state folder could be written, or when it could not, whatever is so now. Without one
// the folders are the usual ones, and the error is ErrNotRunning, or says why it cannot be
// told.
func Find() (config.Folders, error) {
	var unknown error
	for _, folders := range config.Places() {
		switch err := runs(folders); {
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

// runs is nil if an instance has its state in those folders, and ErrNotRunning if none has.
// It makes nothing: they may be on a disk that can only be read.
func runs(folders config.Folders) error {
	_, err := os.Stat(folders.Lock())
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return ErrNotRunning
	}
	lock, err := sessiondb.TakeLock(folders.Lock())
	switch {
	case errors.Is(err, ErrRunning):
		return nil
	case err != nil:
		return err
	}
	_ = lock.Release() // nobody else's
	return ErrNotRunning
}

// Reach returns a client of the instance that has its state in those folders. The error is
// that of control.ReadAddress.
func Reach(folders config.Folders) (*control.Client, error) {
	address, err := control.ReadAddress(folders.Control(), folders.SpareControl())
	if err != nil {
		return nil, err
	}
	return control.NewClient(address), nil
}
