package control

import (
	"errors"
	"fmt"
	"os"

	"github.com/gofrs/flock"
)

// ErrRunning says that another instance is running: it holds the lock of the state folder.
var ErrRunning = errors.New("another instance is running")

// A Lock makes one instance of the program the only one on a state folder. The
// system releases it when the process ends, however it ends; a file that is left
// behind is not locked.
type Lock struct{ file *flock.Flock }

// TakeLock takes the lock at path, or returns ErrRunning.
func TakeLock(path string) (*Lock, error) {
	for {
		file := flock.New(path, flock.SetPermissions(0o600))
		locked, err := file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !locked {
			return nil, errors.Join(ErrRunning, file.Close())
		}
		// The previous holder may have removed the file between our open and our lock.
		lock := &Lock{file}
		if ours, err := lock.isAt(path); err != nil {
			return nil, errors.Join(err, file.Close())
		} else if ours {
			return lock, nil
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}

// Release removes the lock's file and gives the lock up.
func (l *Lock) Release() error {
	// The file is removed while it is locked, so that it cannot be another process's lock, unless
	// its folder is another one now. Windows does not remove an open file; an unlocked file that
	// stays does no harm.
	if ours, err := l.isAt(l.file.Path()); ours && err == nil {
		_ = os.Remove(l.file.Path()) // see above
	}
	return l.file.Close()
}

// isAt reports whether the lock's file is the one at path.
func (l *Lock) isAt(path string) (bool, error) {
	ours, err := l.file.Stat()
	if err != nil {
		return false, err
	}
	current, err := os.Stat(path)
	return err == nil && os.SameFile(ours, current), nil
}
