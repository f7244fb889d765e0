package logs

import (
	"path/filepath"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// folders are those that are being watched, each once for all who follow a log in it: a user
// may have 128 watchers of files.
var folders struct {
	sync.Mutex
	byPath map[string]*folder
}

// A folder is watched for its followers. All but the watcher is guarded by folders.
type folder struct {
	watcher   *fsnotify.Watcher
	ended     chan struct{}            // closed when tell has returned
	followers map[chan struct{}]string // the name of the file of each
}

// watch returns a channel that receives a value after each change of the file at path,
// whether it exists or not. Changes that follow each other closely send one value. The folder
// must exist. stop ends the watch of the folder with its last follower.
func watch(path string) (changed <-chan struct{}, stop func(), err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	told := make(chan struct{}, 1)
	folders.Lock()
	defer folders.Unlock()
	f := folders.byPath[filepath.Dir(path)]
	if f == nil {
		if f, err = watchFolder(filepath.Dir(path)); err != nil {
			return nil, nil, err
		}
	}
	f.followers[told] = filepath.Base(path)
	return told, func() { unwatch(filepath.Dir(path), f, told) }, nil
}

// watchFolder begins to watch a folder. The caller holds folders.
func watchFolder(path string) (*folder, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := watcher.Add(path); err != nil {
		watcher.Close()
		return nil, err
	}
	f := &folder{watcher, make(chan struct{}), map[chan struct{}]string{}}
	if folders.byPath == nil {
		folders.byPath = map[string]*folder{}
	}
	folders.byPath[path] = f
	go f.tell(path)
	return f, nil
}

// tell tells the followers of changes until the watcher is closed. A folder that is removed
// and made again is watched anew by the next follower only.
func (f *folder) tell(path string) {
	defer close(f.ended)
	for {
		name := ""
		select {
		case event, ok := <-f.watcher.Events:
			if !ok {
				return
			}
			name = filepath.Base(event.Name)
			if event.Name == path && event.Has(fsnotify.Remove) {
				forget(path, f)
			}
		case _, ok := <-f.watcher.Errors: // more happened than could be told
			if !ok {
				return
			}
		}
		folders.Lock()
		for told, file := range f.followers {
			if name != "" && name != file {
				continue
			}
			select {
			case told <- struct{}{}:
			default: // told already
			}
		}
		folders.Unlock()
	}
}

func unwatch(path string, f *folder, told chan struct{}) {
	folders.Lock()
	delete(f.followers, told)
	last := len(f.followers) == 0
	if last && folders.byPath[path] == f {
		delete(folders.byPath, path)
	}
	folders.Unlock()
	if last {
		f.watcher.Close()
		<-f.ended
	}
}

// forget lets the next follower watch the folder anew.
func forget(path string, f *folder) {
	folders.Lock()
	defer folders.Unlock()
	if folders.byPath[path] == f {
		delete(folders.byPath, path)
	}
}
