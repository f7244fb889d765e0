// Package disk has what no single system call does with files: it proves that a folder can
// be written, reads what is a file and nothing else, and replaces a file as a whole.
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}

// ErrNotRegular says that something is no regular file.
var ErrNotRegular = errors.New("it is not a regular file")

// Read reads a file of the program's own. Its error is ErrNotRegular, with the path, for anything but
// a regular file: a pipe that nobody writes to would be waited for.
func Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// MakePrivate makes an empty file that only this user can read and write, and takes the
// rights of others to one that is there.
func MakePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer file.Close() // nothing is written
	if info, err := file.Stat(); err != nil || info.Mode().Perm()&^0o600 == 0 {
		return err
	}
	if err := file.Chmod(0o600); err != nil && runtime.GOOS != "windows" { // which has other rights
		return err
	}
	return nil
}

// MakePrivateFolder makes a folder, and those that it is in, for this user only, and takes
// the rights of others to one that is there. The error says that others keep some.
func MakePrivateFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 || runtime.GOOS == "windows" {
		return err
	}
	if err := os.Chmod(path, 0o700); err != nil {
		return fmt.Errorf("other users can read it (%v), and that cannot be changed: %w", info.Mode().Perm(), Cause(err))
	}
	if info, err = os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 { // a file system without such rights
		return fmt.Errorf("other users can read it (%v), and that cannot be changed", info.Mode().Perm())
	}
	return err
}

// Replace writes a file, and makes its folder where that is missing, for this user only.
// Readers see either the old file or the new one. What a symbolic link leads to is replaced, and
// the link stays.
func Replace(path string, data []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return place(path, data, os.Rename)
}

// Create is Replace for a file that is not there. The error wraps fs.ErrExist if one is; it
// stays as it is.
func Create(path string, data []byte) error {
	return place(path, data, func(part, path string) error {
		err := os.Link(part, path) // which replaces nothing
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a file system without links
		if err != nil {
			return err
		}
		_, err = file.Write(data)
		return errors.Join(err, file.Close())
	})
}

// place writes a file beside path, and has put move it there.
func place(path string, data []byte, put func(part, path string) error) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*")
	if err != nil {
		return about(path, err)
	}
	defer os.Remove(part.Name()) // of no use afterwards
	_, err = part.Write(data)
	if err = errors.Join(err, part.Close()); err != nil {
		return about(path, err)
	}
	return about(path, put(part.Name(), path))
}

// about makes an error one that names path, not the file beside it that nobody knows.
func about(path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: "write", Path: path, Err: Cause(err)}
}
