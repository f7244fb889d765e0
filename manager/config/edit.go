package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"agents-tray/manager/disk"
	"agents-tray/manager/spec"
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
	path, err := o.path(f)
	if err == nil {
		err = disk.Create(path, []byte(firstFile))
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", &fs.PathError{Op: "make", Path: path, Err: disk.Cause(err)}
	}
	return path, nil
}

// path is the absolute path of the services file, whether it is there or not.
func (o Options) path(f Folders) (string, error) {
	if o.File == "" {
		return filepath.Abs(f.Services())
	}
	return filepath.Abs(o.File)
}

// SchemaFile is the name of the schema that the first line of a services file points editors
// to, in its folder.
const SchemaFile = "services.schema.json"

// Create writes a services file and its schema. The error wraps fs.ErrExist if there is a file,
// which stays, and is *Mistakes if these options do not go with text.
func Create(o Options, f Folders, text []byte) (path string, err error) {
	if path, err = o.path(f); err != nil {
		return "", err
	}
	if _, err := o.read(path, f, text); err != nil {
		return path, err
	}
	if err = disk.Create(path, text); err == nil {
		err = disk.Replace(filepath.Join(filepath.Dir(path), SchemaFile), Schema())
	}
	if err != nil {
		return path, fmt.Errorf("the services file %s cannot be written: %w", path, disk.Cause(err))
	}
	return path, nil
}

// Valid returns what is wrong with the text of a services file by itself, as *Mistakes.
func Valid(text []byte) error {
	_, err := Options{}.read("services.yaml", Folders{}, text)
	return err
}

// read is Load for a text that is not yet the file.
func (o Options) read(path string, f Folders, text []byte) (Contents, error) {
	doc, err := parse(path, filepath.Dir(path), text)
	if fault, ok := errors.AsType[*Fault](err); ok {
		return Contents{}, &Mistakes{path, []*Fault{fault}}
	} else if err != nil {
		return Contents{}, err
	}
	return loadDocument(doc, o, f, spec.ValidateAll)
}
