package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"agents-tray/manager/disk"
)

// firstFile is the services file to begin with; it has the same effect as none.
const firstFile = `# What Configurable Agents runs. What you save here applies at once; without this file it is
# the two below. "agents-tray check" says whether all is in order; README.md lists all keys.
services:
  dashboard:
    builtin: dashboard
  chat:
    builtin: chat
  # web:
  #   command: my-web --port 9000
  #   url: http://127.0.0.1:9000
  #   open: true
`

// Edit returns the absolute path of the services file for somebody to edit. If there
// is none, one is created that changes nothing.
func Edit(o Options, f Folders) (string, error) {
	path := o.File
	if path == "" {
		path = f.Services()
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		err = create(path)
	}
	if err != nil {
		return "", fmt.Errorf("the services file %s cannot be made: %w", path, disk.Cause(err))
	}
	return path, nil
}

// create writes firstFile, unless there is a file.
func create(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	_, err = file.WriteString(firstFile)
	return errors.Join(err, file.Close())
}
