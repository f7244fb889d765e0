package sessiondb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// A faultyDisk is a file system of SQLite over real files that can go wrong at any call. What
// was not synced is not durable: losePower takes it away, or leaves any part of it.
type faultyDisk struct {
	vfs.VFS
	mu      sync.Mutex
	calls   int
	failAt  int   // the first call to fail, counted from 1; 0: none
	goesOn  bool  // and every later one
	failure error // what they fail with
	durable map[string][]byte
}

// count is called by everything that reaches the disk.
func (d *faultyDisk) count() error {
	d.calls++
	if d.failAt > 0 && (d.calls == d.failAt || d.goesOn && d.calls > d.failAt) {
		return d.failure
	}
	return nil
}

func (d *faultyDisk) try(call func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.count(); err != nil {
		return err
	}
	return call()
}

func (d *faultyDisk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return d.open(flags, func() (vfs.File, vfs.OpenFlag, error) { return vfsutil.WrapOpen(d.VFS, name, flags) }, name)
}

func (d *faultyDisk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return d.open(flags, func() (vfs.File, vfs.OpenFlag, error) { return vfsutil.WrapOpenFilename(d.VFS, name, flags) }, name.String())
}

func (d *faultyDisk) open(flags vfs.OpenFlag, open func() (vfs.File, vfs.OpenFlag, error), name string) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.count(); err != nil {
		return nil, flags, sqlite3.CANTOPEN
	}
	file, flags, err := open()
	if err != nil {
		return nil, flags, err
	}
	return &diskFile{file, d, name}, flags, nil
}

func (d *faultyDisk) Delete(name string, syncDir bool) error {
	return d.try(func() error {
		if err := d.VFS.Delete(name, syncDir); err != nil {
			return err
		}
		if syncDir {
			delete(d.durable, name)
		}
		return nil
	})
}

// losePower leaves on the disk what was durable. Of what was not, keep decides.
func (d *faultyDisk) losePower(t *testing.T, folder string, keep func(name string, durable, current []byte) []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "session.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range d.durable {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if strings.Contains(name, ".copy") {
			continue // made by another file system
		}
		current, _ := os.ReadFile(name) // missing: deleted, but not durably
		content, was := d.durable[name]
		content = keep(name, content, current)
		if content == nil && !was {
			err = os.Remove(name)
		} else {
			err = os.WriteFile(name, content, 0o600)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

type diskFile struct {
	vfs.File
	disk *faultyDisk
	name string
}

func (f *diskFile) ReadAt(p []byte, at int64) (n int, err error) {
	err = f.disk.try(func() (err error) { n, err = f.File.ReadAt(p, at); return err })
	return n, err
}

func (f *diskFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.disk.try(func() (err error) { n, err = f.File.WriteAt(p, at); return err })
	return n, err
}

func (f *diskFile) Truncate(size int64) error {
	return f.disk.try(func() error { return f.File.Truncate(size) })
}

// Sync makes durable what the file holds. The real disk is not asked: it is not what is tried.
func (f *diskFile) Sync(vfs.SyncFlag) error {
	return f.disk.try(func() error {
		size, err := f.File.Size()
		if err != nil {
			return err
		}
		content := make([]byte, size)
		if _, err := f.File.ReadAt(content, 0); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		f.disk.durable[f.name] = content
		return nil
	})
}

func (f *diskFile) Unwrap() vfs.File { return f.File }

// A life is what a session has got through when its disk fails.
type life struct {
	begun  bool     // Begin succeeded
	saved  []string // services of the events that were acknowledged
	ending bool     // End was called: all processes were gone
	ended  bool     // and it succeeded
}

// live runs a session on a disk that fails, until its end or, where the disk is gone for
// good, its death.
func live(t *testing.T, path, file string) (l life) {
	t.Helper()
	r := Open(path, Options{vfs: file})
	_, err := r.Begin(Session{Mark: "second"})
	l.begun = err == nil
	var waiting []string
	for i := range 3 {
		service := fmt.Sprint("service ", i)
		r.Add(Event{At: time.Now(), Service: service, Kind: "started"})
		r.SetServices([]Service{{Name: service}})
		waiting = append(waiting, service)
		if r.trySave() == nil {
			l.saved, waiting = append(l.saved, waiting...), nil
		}
	}
	l.ending = true
	if r.End("quit") == nil {
		l.ended = true
		l.saved = append(l.saved, waiting...)
	}
	_ = r.Close() // what it says was said before
	return l
}

// judge starts the program again on a disk that works.
func (l life) judge(t *testing.T, path string, died bool) {
	t.Helper()
	r := open(t, path) // which is not damaged
	previous, err := r.Begin(Session{Mark: "third"})
	switch {
	case err != nil:
		t.Errorf("the next start is refused: %v", err)
	case previous == nil:
		t.Error("the session before is lost")
	case previous.Mark == "first" && (l.begun || l.ended):
		t.Error("the session is lost")
	case previous.Mark == "second" && previous.Ending == Clean && !l.ending:
		t.Error("a false clean")
	case previous.Mark == "second" && previous.Ending != Clean && l.ended:
		t.Error("its clean end is lost")
	}
	end(t, r, true)
	if first := query(t, path, `SELECT ending FROM sessions WHERE id = 'first'`); first != "clean" {
		t.Errorf("all history is lost: %q", first)
	}
	got := strings.Split(query(t, path, `SELECT service FROM service_events WHERE session = 'second' ORDER BY id`), "\n")
	if len(got) < len(l.saved) || !slices.Equal(got[:len(l.saved)], l.saved) || len(slices.Compact(slices.Clone(got))) < len(got) {
		t.Errorf("acknowledged %q, kept %q", l.saved, got)
	}
}

// Whatever call fails, and however: no acknowledged write is lost, no start refused, and
// no false "clean" is told. Every call of a session's life takes its turn.
func TestEveryCallCanFail(t *testing.T) {
	master := t.TempDir()
	path := filepath.Join(master, "session.db")
	r := open(t, path)
	begin(t, r, "first")
	end(t, r, true)
	for _, test := range []struct {
		name    string
		goesOn  bool
		failure error
		power   func(name string, durable, current []byte) []byte // nil: it does not go
	}{
		{"once, by a fault of the disk", false, sqlite3.IOERR, nil},
		{"once, for lack of room", false, sqlite3.FULL, nil},
		{"from then on, for lack of room", true, sqlite3.FULL, nil},
		{"power is lost", true, sqlite3.IOERR, func(_ string, durable, _ []byte) []byte { return durable }},
		{"power is lost, some was written", true, sqlite3.IOERR, func(_ string, durable, current []byte) []byte {
			mixed := slices.Clone(durable) // every other sector of what was on its way
			for at := 0; at+512 <= min(len(mixed), len(current)); at += 1024 {
				copy(mixed[at:at+512], current[at:])
			}
			return mixed
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				folder := t.TempDir()
				here := filepath.Join(folder, "session.db")
				must(t, copyFile(path, here))
				d := &faultyDisk{VFS: vfs.Find(""), failAt: n, goesOn: test.goesOn, failure: test.failure, durable: map[string][]byte{here: readFile(t, path)}}
				file := strings.ReplaceAll(t.Name(), "/", "-")
				vfs.Register(file, d)
				l := live(t, here, file)
				vfs.Unregister(file)
				if test.power != nil {
					d.losePower(t, folder, test.power)
				}
				l.judge(t, here, test.goesOn)
				if t.Failed() {
					t.Fatalf("when call %d failed: %+v", n, l)
				}
				if d.calls < n {
					t.Logf("%d calls took their turn", n-1)
					return
				}
			}
		})
	}
}
