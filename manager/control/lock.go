package sessiondb

import (
	"errors"
	"fmt"
	"os"

	"github.com/gofrs/flock"
)

// ErrLocked says that another instance holds the lock.
var ErrLocked = errors.New("another instance is running")

// A Lock makes one instance of the program the only one on a state folder. The
// system releases it when the process ends, however it ends; a file that is left
// holds nothing.
type Lock struct{ file *flock.Flock }

// TakeLock takes the lock at path, or returns ErrLocked.
func TakeLock(path string) (*Lock, error) {
	for {
		file := flock.New(path, flock.SetPermissions(0o600))
		locked, err := file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !locked {
			return nil, errors.Join(ErrLocked, file.Close())
		}
		// The one before us may have removed the file between our open and our lock.
		ours, err := file.Stat()
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		if current, err := os.Stat(path); err == nil && os.SameFile(ours, current) {
			return &Lock{file}, nil
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}

// Release gives the lock up and removes its file.
func (l *Lock) Release() error {
	// Removed while it is held, so that nobody else's lock can be meant. Where an open
	// file cannot be removed it stays, which does no harm.
	_ = os.Remove(l.file.Path())
	return l.file.Close()
}
