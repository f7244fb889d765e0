//go:build unix

package proctree

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A journal is what a guard knows of its processes, in a file that outlives it. It is
// written line by line, each complete at once, and is not synced: it is of no use after
// the computer has stopped. A nil journal keeps nothing.
type journal struct {
	file  *os.File
	known map[string][]entry // by run
	lines int
	kept  int // of lines, those that known holds
}

// An entry is one line of a journal. The first one has only Boot and Mark.
type entry struct {
	Boot      string `json:"boot,omitempty"`
	Mark      string `json:"mark,omitempty"`
	Run       string `json:"run,omitempty"` // Selector.Variable
	Gone      bool   `json:"gone,omitempty"`
	PID       int    `json:"pid,omitempty"`
	Start     uint64 `json:"start,omitempty"`
	Group     int    `json:"group,omitempty"`
	Session   int    `json:"session,omitempty"`
	Cgroup    string `json:"cgroup,omitempty"`
	Birthmark uint64 `json:"birthmark,omitempty"`
}

// journalSuffix ends the name of a journal: the session, a dot, the guard.
const journalSuffix = ".journal"

func newJournal(folder string) (*journal, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	name := os.Getenv(SessionVariable) + "." + os.Getenv(GuardVariable) + journalSuffix
	j := &journal{known: map[string][]entry{}}
	var err error
	j.file, err = os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j.rewrite()
	return j, nil
}

func (j *journal) path() string {
	if j == nil {
		return ""
	}
	return j.file.Name()
}

// add notes a process of a run; of its leader also the run's control group and birthmark.
func (j *journal) add(run string, p process, cgroup string, birthmark uint64) {
	if j == nil {
		return
	}
	e := entry{Run: run, PID: p.pid, Start: p.start, Group: p.group, Session: p.session, Cgroup: cgroup, Birthmark: birthmark}
	j.known[run] = append(j.known[run], e)
	j.kept++
	j.write(e)
}

// forget forgets the processes that have ended, but for leaders, whose entries have what
// their runs are known by.
func (j *journal) forget(ended func(entry) bool) {
	if j == nil {
		return
	}
	for run, entries := range j.known {
		leader := entries[0]
		kept := slices.DeleteFunc(entries, func(e entry) bool { return e != leader && ended(e) })
		j.kept -= len(entries) - len(kept)
		j.known[run] = kept
	}
	j.rewrite()
}

// gone notes that nothing is left of a run.
func (j *journal) gone(run string) {
	if j == nil || j.known[run] == nil {
		return
	}
	j.kept -= len(j.known[run])
	delete(j.known, run)
	j.write(entry{Run: run, Gone: true})
	if j.lines > 2*j.kept+500 {
		j.rewrite()
	}
}

// write appends one line. On a full disk it is lost, and the environment has to do.
func (j *journal) write(e entry) {
	line, err := json.Marshal(e)
	if err != nil {
		panic(err) // plain text and numbers: cannot fail
	}
	_, _ = j.file.Write(append(line, '\n'))
	j.lines++
}

// rewrite writes the journal anew, without what is gone.
func (j *journal) rewrite() {
	_ = j.file.Truncate(0) // then it grows
	j.lines = 0
	j.write(entry{Boot: BootID(), Mark: os.Getenv(SessionVariable)})
	for _, entries := range j.known {
		for _, e := range entries {
			j.write(e)
		}
	}
}

func (j *journal) remove() {
	if j != nil {
		_ = os.Remove(j.file.Name()) // else the next start finds in it that nothing is left
		j.file.Close()
	}
}

// Journals returns the journals in a folder, except those of a session.
func Journals(folder, except string) []string {
	return journalsWhere(folder, func(name string) bool { return !strings.HasPrefix(name, except+".") })
}

// JournalsOf returns the journals of a session in a folder.
func JournalsOf(folder, session string) []string {
	return journalsWhere(folder, func(name string) bool { return strings.HasPrefix(name, session+".") })
}

func journalsWhere(folder string, fits func(name string) bool) (found []string) {
	names, _ := fs.Glob(os.DirFS(folder), "*"+journalSuffix) // the pattern is well formed
	for _, name := range names {
		if fits(name) {
			found = append(found, filepath.Join(folder, name))
		}
	}
	return found
}

// readJournal returns the entries of a journal that are not gone; none if it is of another
// boot or cannot be read.
func readJournal(path string) []entry {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var first entry
	known := map[string][]entry{}
	for line := range bytes.Lines(text) {
		var e entry
		if json.Unmarshal(line, &e) != nil {
			continue // the last one of a full disk
		}
		switch {
		case first.Boot == "":
			if first = e; first.Boot != BootID() || first.Boot == "" {
				return nil
			}
		case e.Gone:
			delete(known, e.Run)
		default:
			known[e.Run] = append(known[e.Run], e)
		}
	}
	var all []entry
	for _, entries := range known {
		all = append(all, entries...)
	}
	return all
}
