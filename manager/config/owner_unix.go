//go:build unix

package config

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
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

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// isOwn reports whether a folder belongs to this user and is no link to another.
func isOwn(folder string) bool {
	info, err := os.Lstat(folder)
	by, ok := owner(folder)
	return err == nil && info.IsDir() && ok && by == os.Geteuid()
}

// denied says why this user may not write a folder; nil: it may, or the disk is to be read only.
func denied(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return syscall.ENOTDIR
	}
	if err := unix.Access(folder, unix.R_OK|unix.W_OK|unix.X_OK); err != nil && !errors.Is(err, unix.EROFS) {
		return err
	}
	return nil
}

// leftByOthers is foreign for this process's user. Root may write what anybody owns.
func leftByOthers(folder string) *leftover {
	if os.Geteuid() == 0 {
		return nil
	}
	return foreign(folder, os.Geteuid(), owner, func(path string) bool { return unix.Access(path, unix.W_OK) != nil })
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
