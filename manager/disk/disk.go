// Package disk has what no single system call does with files: it proves that a folder can
// be written, and replaces a file as a whole.
package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// Probe proves, by writing that many bytes, that a folder can be written: permissions do
// not tell of a read-only file system, nor of a full disk where there is something to
// write. Its error is that of Cause.
func Probe(folder string, size int) error {
	probe, err := os.CreateTemp(folder, ".probe-*")
	if err == nil {
		_, err = probe.Write(make([]byte, size))
		err = errors.Join(err, probe.Close(), os.Remove(probe.Name()))
	}
	return Cause(err)
}

// Cause takes the path off an error of the file system, for a text that names it already.
func Cause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Replace writes a file, and makes its folder where that is missing, for this user only.
// Readers see either the old file or the new one.
func Replace(path string, data []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name()) // of no use after the rename
	_, err = part.Write(data)
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
