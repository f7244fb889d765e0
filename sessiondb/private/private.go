// Package private opens SQLite databases whose files, journals included, nobody but the
// user can read, from their first byte on. SQLite alone leaves that to the umask.
package private

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"

	"agents-tray/manager/disk"
)

// name is SQLite's name of the file system.
const name = "private"

var register = sync.OnceFunc(func() { vfs.Register(name, files{vfs.Find("")}) })

// URI names the database at path, which is absolute, to SQLite. Options are those of its
// URIs, such as "mode=ro".
func URI(path, options string) string {
	register()
	return Name(path, name, options)
}

// Name is URI for another file system, of that name.
func Name(path, vfs, options string) string {
	query := "vfs=" + vfs
	if options != "" {
		query += "&" + options
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: query}).String()
}

// files is the system's own, but makes files private.
type files struct{ vfs.VFS }

func (f files) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return vfsutil.WrapOpen(f.VFS, name, flags)
}

// OpenFilename refuses what is no file: to open a pipe would wait for its other end for ever.
func (f files) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name != nil {
		if info, err := os.Stat(name.String()); err == nil && !info.Mode().IsRegular() {
			return nil, flags, &fs.PathError{Op: "open", Path: name.String(), Err: errors.New("not a regular file")}
		}
	}
	if name != nil && flags&vfs.OPEN_CREATE != 0 {
		_ = disk.MakePrivate(name.String()) // the file system has the same error, and tells it
	}
	return vfsutil.WrapOpenFilename(f.VFS, name, flags)
}
