package control

import (
	"errors"
	"net"
	"os"

	"agents-tray/manager/config"
)

// A Claim makes an instance the only one of its user, and has others find it: by the lock of
// its state folder and, on Linux, by a name that is no file. That name stays whatever becomes
// of the folders, and is the same in sessions of the user that have other folders.
type Claim struct {
	lock *Lock
	name net.Listener // nil: there are no such names, or somebody else has it
	held *os.File     // keeps the name when name is closed; nil with it
}

// TakeClaim claims folders, or returns ErrRunning.
func TakeClaim(folders config.Folders) (*Claim, error) {
	lock, err := TakeLock(folders.Lock())
	if err != nil {
		return nil, err
	}
	name, held, err := takeName(folders.Identity)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	return &Claim{lock, name, held}, nil
}

// Listener takes the connections of those who have found the instance by its name, from this
// user and others; nil where it has none. Closing it does not give the name up.
func (c *Claim) Listener() net.Listener { return c.name }

// Release gives up the lock, and then the name: who finds neither finds nothing of the instance.
func (c *Claim) Release() error {
	err := c.lock.Release()
	if c.name != nil {
		_ = c.name.Close() // the server has, perhaps
		err = errors.Join(err, c.held.Close())
	}
	return err
}
