//go:build unix

package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// foreign returns what in folder, or itself, belongs to another user than uid and is denied to
// this one; nil: nothing. Where folder is not there, that is asked of the folder that it would
// be made in. owner tells whose something is.
func foreign(folder string, uid int, owner func(path string) (uid int, ok bool), denied func(path string) bool) *leftover {
	for ; filepath.Dir(folder) != folder; folder = filepath.Dir(folder) {
		if _, ok := owner(folder); ok {
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
			return &leftover{path, userName(by), mends(folder, uid, owner)}
		}
	}
	return nil
}

// mends returns the command that gives a user's folder back, with those around it that belong to
// somebody else as well. What lies in no folder of the user's is not theirs to take.
func mends(folder string, uid int, owner func(string) (int, bool)) string {
	for {
		if by, ok := owner(folder); ok && by == uid {
			break
		}
		around := filepath.Dir(folder)
		if around == folder {
			return ""
		}
		if by, ok := owner(around); ok && by == uid {
			break
		}
		folder = around
	}
	return fmt.Sprintf("sudo chown -R %s: %s", userName(uid), quoted(folder))
}

// quoted is a path as a shell reads it.
func quoted(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
