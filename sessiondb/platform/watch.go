package platform

import (
	"os"
	"path/filepath"
	"reflect"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settleDelay is how long a change waits for others to be read with.
const settleDelay = 250 * time.Millisecond

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
	Options
	files *fsnotify.Watcher
	end   chan struct{}
	ended chan struct{}
}

// Watch starts watching, until Close. While nothing changes it does nothing at all.
func Watch(o Options) (*Watcher, error) {
	if o.Since.IsZero() {
		since, err := bootTime()
		if err != nil {
			return nil, err
		}
		o.Since = since
	}
	if o.settle == 0 {
		o.settle = settleDelay
	}
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &Watcher{o, files, make(chan struct{}), make(chan struct{})}
	go w.run()
	return w, nil
}

// Close ends the watching. Changed is not called any more when it returns.
func (w *Watcher) Close() error {
	close(w.end)
	<-w.ended
	return w.files.Close()
}

func (w *Watcher) run() {
	defer close(w.ended)
	var state State
	stale := leftovers{w.Began, map[string]string{}, map[string]bool{}}
	told, folder := false, ""
	due := time.After(0) // when to read next; nil: when something changes
	retrying := false
	for {
		select {
		case <-due:
			due, retrying = nil, false
			folder = w.follow() // before the reading, so that nothing is missed
			if w.reads != nil {
				w.reads()
			}
			next, again := readAll(w.Path, w.Since, state, &stale)
			if again {
				due, retrying = time.After(lockedRetry), true
			}
			if !told || !reflect.DeepEqual(next, state) {
				told, state = true, next
				w.Changed(next)
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
	folder := filepath.Dir(w.Path)
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
	if folder != filepath.Dir(w.Path) || name == folder {
		return true // the folder of the files may be there now, or be gone
	}
	for _, file := range files(w.Path) {
		for _, end := range []string{"", "-wal", "-journal"} {
			if filepath.Base(name) == filepath.Base(file)+end {
				return true
			}
		}
	}
	return false
}
