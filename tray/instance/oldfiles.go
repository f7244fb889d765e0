package instance

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"agents-tray/manager/spec"
)

// keepOld is how long files are kept, after they were last written to, that nothing uses
// any more: logs of services that are not there, and session records that were set aside.
const keepOld = 30 * 24 * time.Hour

// removeOld removes files that are older than keepOld. Errors are ignored: the next start
// tries again.
func (i *Instance) removeOld() {
	folders := i.options.Folders
	logs := matching(folders.Logs(), "*.log*")
	records := matching(folders.State, "session.db.damaged-*") // with their journals
	logs = slices.DeleteFunc(logs, func(path string) bool {
		service, _, _ := strings.Cut(filepath.Base(path), ".log")
		return i.hasService(service)
	})
	for _, path := range append(logs, records...) {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && i.started.Sub(info.ModTime()) > keepOld {
			_ = os.Remove(path)
		}
	}
}

// matching returns the files in a folder whose names match a pattern, which is right.
func matching(folder, pattern string) []string {
	names, _ := fs.Glob(os.DirFS(folder), pattern)
	for i, name := range names {
		names[i] = filepath.Join(folder, name)
	}
	return names
}

// moveGuardLog moves the guard's log from where an earlier version kept it, unless that
// may be a service's.
func (i *Instance) moveGuardLog() {
	folders := i.options.Folders
	if _, err := os.Lstat(folders.GuardLog()); !os.IsNotExist(err) || i.hasService("guard") {
		return
	}
	_ = os.Rename(folders.FormerGuardLog(), folders.GuardLog()) // else it stays, and goes with the old logs
}

func (i *Instance) hasService(name string) bool {
	return slices.ContainsFunc(i.services(), func(s spec.ServiceSpec) bool { return s.Name == name })
}
