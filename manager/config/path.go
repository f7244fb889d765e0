package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// absolute is a path that begins with a folder unless it begins at a root.
func absolute(folder, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, path)
}

// expandHome puts the user's home folder for a leading ~.
func expandHome(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && rest[0] != '/' && !os.IsPathSeparator(rest[0]) {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%s: the home folder is unknown: %w", path, err)
	}
	return filepath.Join(home, rest), nil
}
