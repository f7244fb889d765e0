package platform

import (
	"cmp"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settleDelay is how long a change waits for others to be read with.
const settleDelay = 250 * time.Millisecond

// followDelay is the same while somebody looks.
const followDelay = 40 * time.Millisecond

// lockedRetry is when a file that was locked is read again. Only then does anything
// happen while the file does not change.
const lockedRetry = 5 * time.Second

// Options say what to watch.
type Options struct {
	// Path is the database file; the other file of the older dialect is found beside it.
	Path string
	// Since leaves out runs that have begun before. Default: when this computer was
	// started, for what ran before that does not run now.
	Since time.Time
	// Began is when this session began. What stood as running then, and has not changed since,
	// is left out: the platform leaves such rows behind when it is killed. Default: none is.
	Began time.Time
	// Changed is told what the platform has under way, at once and then after each
	// change, one call after the other.
	Changed func(State)

	settle time.Duration // settleDelay unless set
	reads  func()        // called before each reading, for tests
}

// A Watcher follows the platform's database. Its files may come to be later, be replaced,
// removed, locked or damaged: State says so, and it goes on. Only that a folder above
// theirs was renamed is not noticed at once, but with the next change.
type Watcher struct {
	path   string
	settle time.Duration
	read   func() (again bool)
	files  *fsnotify.Watcher
	end    chan struct{}
	ended  chan struct{}
}

// Watch starts watching what is under way, until Close. While nothing changes it does
// nothing at all.
func Watch(o Options) (*Watcher, error) {
	if o.Since.IsZero() {
		since, err := BootTime()
		if err != nil {
			return nil, err
		}
		o.Since = since
	}
	var state State
	stale := leftovers{o.Began, map[string]string{}, map[string]bool{}}
	told := false
	return follow(o.Path, cmp.Or(o.settle, settleDelay), func() bool {
		if o.reads != nil {
			o.reads()
		}
		next, again := readAll(o.Path, o.Since, state, &stale)
		if !told || !reflect.DeepEqual(next, state) {
			told, state = true, next
			o.Changed(next)
		}
		return again
	})
}

// Follow calls read at once and after each change of the database at path, one call after
// the other, until Close. It is called again soon if it returns true: a file was locked.
func Follow(path string, read func() (again bool)) (*Watcher, error) {
	return follow(path, followDelay, read)
}

func follow(path string, settle time.Duration, read func() bool) (*Watcher, error) {
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &Watcher{path, settle, read, files, make(chan struct{}), make(chan struct{})}
	go w.run()
	return w, nil
}

// Close ends the watching. Nothing is called any more when it returns.
func (w *Watcher) Close() error {
	close(w.end)
	<-w.ended
	return w.files.Close()
}

func (w *Watcher) run() {
	defer close(w.ended)
	folder := ""
	due := time.After(0) // when to read next; nil: when something changes
	retrying := false
	for {
		select {
		case <-due:
			due, retrying = nil, false
			folder = w.follow() // before the reading, so that nothing is missed
			if w.read() {
				due, retrying = time.After(lockedRetry), true
			}
			continue
		case event := <-w.files.Events:
			if !w.concerns(event.Name, folder) {
				continue
			}
		case <-w.files.Errors: // more happened than could be told
		case <-w.end:
			return
		}
		if due == nil || retrying {
			due, retrying = time.After(w.settle), false
		}
	}
}

// follow watches the folder of the files or, while there is none, the one that it will
// come to be in, and returns it. One that was replaced is another folder of that name.
func (w *Watcher) follow() string {
	folder := filepath.Dir(w.path)
	for {
		if info, err := os.Stat(folder); err == nil && info.IsDir() && w.files.Add(folder) == nil {
			break
		}
		if above := filepath.Dir(folder); above != folder {
			folder = above
			continue
		}
		break // not even a root folder can be watched
	}
	for _, before := range w.files.WatchList() {
		if before != folder {
			_ = w.files.Remove(before) // it is gone, or of no more use
		}
	}
	return folder
}

// concerns reports whether a change may matter. Readers, too, change the file -shm.
func (w *Watcher) concerns(name, folder string) bool {
	if folder != filepath.Dir(w.path) || name == folder {
		return true // the folder of the files may be there now, or be gone
	}
	for _, file := range files(w.path) {
		for _, end := range []string{"", "-wal", "-journal"} {
			if filepath.Base(name) == filepath.Base(file)+end {
				return true
			}
		}
	}
	return false
}
