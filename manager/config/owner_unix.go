//go:build unix

package config

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// owner returns who owns a file; false if that cannot be told.
func owner(path string) (uid int, ok bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// foreign returns an error, with the command that mends it, if folder or something in it
// belongs to another user than uid, as after a start with sudo, and is denied to this one. Where folder is not there,
// that is asked of the folder that it would be made in.
func foreign(folder string, uid int, denied func(path string) bool) error {
	for ; filepath.Dir(folder) != folder; folder = filepath.Dir(folder) {
		if _, err := os.Lstat(folder); err == nil {
			break
		}
	}
	paths := []string{folder}
	entries, _ := os.ReadDir(folder) // one that cannot be read has another owner itself
	for _, entry := range entries {
		paths = append(paths, filepath.Join(folder, entry.Name()))
	}
	for _, path := range paths {
		if by, ok := owner(path); ok && by != uid && denied(path) {
			return fmt.Errorf("%s belongs to %s, as after a start with sudo. This gives it back: sudo chown -R %s: %s", path, userName(by), userName(uid), quoted(folder))
		}
	}
	return nil
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// quoted is a path as a shell reads it.
func quoted(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// leftByOthers is foreign for this process's user. Root may write what anybody owns.
func leftByOthers(folder string) error {
	if os.Geteuid() == 0 {
		return nil
	}
	return foreign(folder, os.Geteuid(), func(path string) bool { return unix.Access(path, unix.W_OK) != nil })
}

// Stranger warns root in the home of another user, who cannot use what root writes there;
// empty: it is not so.
func Stranger() string { return stranger(os.Geteuid()) }

func stranger(uid int) string {
	home, err := os.UserHomeDir()
	if err != nil || uid != 0 {
		return ""
	}
	by, ok := owner(home)
	if !ok || by == 0 {
		return ""
	}
	name := userName(by)
	return fmt.Sprintf("You are root in the home of %s: %s cannot use what is written there now. Start it as %s, without sudo", name, name, name)
}
