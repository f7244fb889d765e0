package config

import (
	"os"
	"path/filepath"
	"strings"

	"agents-tray/manager/spec"
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
		return "", spec.Wrong(spec.HomeUnknown, "{path}", path, "{detail}", err)
	}
	return filepath.Join(home, rest), nil
}
