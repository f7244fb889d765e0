package config

import (
	"os"
	"syscall"
)

// isOwn reports whether it is a folder: that for temporary files is this user's here.
func isOwn(folder string) bool {
	info, err := os.Lstat(folder)
	return err == nil && info.IsDir()
}

// denied says that it is no folder. Permissions do not tell more here.
func denied(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return syscall.ENOTDIR
	}
	return nil
}

// leftByOthers returns nil: here the folders of a user belong to nobody else.
func leftByOthers(string) *leftover { return nil }

// Stranger is empty: see leftByOthers.
func Stranger() string { return "" }
