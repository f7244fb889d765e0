//go:build unix

package sessiondb

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Nobody else can read the record, its journal or its copy, at no moment and whatever the
// umask is.
func TestTheRecordIsPrivate(t *testing.T) {
	umask := syscall.Umask(0)
	defer syscall.Umask(umask)
	path := filepath.Join(t.TempDir(), "session.db")
	r := Open(path, Options{})
	begin(t, r, "s")
	r.do(func() {
		var p pending
		if own, _ := r.write(&p, func() error { isPrivate(t, path, path+"-journal"); return nil }); own != nil {
			t.Error(own)
		}
		if err := r.copy(); err != nil {
			t.Error(err)
		}
	})
	isPrivate(t, path, path+"-journal", path+".copy")
	end(t, r, true)
	files, _ := filepath.Glob(path + "*")
	isPrivate(t, files...)
	if len(files) != 3 {
		t.Errorf("there are %q", files)
	}
}

// A journal that an earlier version has left is closed to others, too.
func TestAJournalThatOthersCouldRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.db")
	must(t, os.WriteFile(path+"-journal", nil, 0o644))
	r := Open(path, Options{})
	begin(t, r, "s")
	isPrivate(t, path, path+"-journal")
	end(t, r, true)
}

func isPrivate(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(file), info.Mode(), err)
		}
	}
}
