package config

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
)

// identity names the instance of this user with this home folder. It is the same in each of
// the user's sessions: the folders for state and sockets are not, as their variables are set
// in one session and not in another.
func identity() string {
	home, err := os.UserHomeDir()
	if err != nil {
		if u, err := user.Current(); err == nil {
			home = u.HomeDir
		}
	}
	if real, err := filepath.EvalSymlinks(home); err == nil {
		home = real
	}
	sum := sha256.Sum256([]byte(filepath.Clean(home)))
	return fmt.Sprintf("%s-%d-%x", name, max(0, os.Geteuid()), sum[:8])
}
